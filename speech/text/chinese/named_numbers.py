"""Numbers that are names: of the internet's slang, shopping festivals, working hours, universities,
discounts.

They are read digit by digit where the words around tell; elsewhere they are quantities.
"""

from speech.text.chinese.numbers import in_digits
from speech.text.rules import compiled, substitute

_BEGINS = r"(?:^|(?<=[，。！？；…~～\s“（(铁哈啊呀了]))(?<!\d[，、 ])(?<![A-Za-z\d] )"
_ENDS = r"(?=$|[，。！？；…~～\s”）)]|[笑哈啊呀这太真操])(?![，、 ]\d| [A-Za-z])"
_LAUGHED = r"(?=$|[，。！？；、…~～\s”）)]|[笑哈啊呀这太真操我你他好])"
_LOVED = (
    "(?=快乐|表白|礼物|情人|告白|浪漫|约会|甜蜜|活动|大促|当天|那天|到了|来[了啦]|[，, ]?我?爱你)"
)
_SALES = (
    "(?=大促|购物|年中|活动|期间|预售|狂欢|当天|促销|来[了啦]|将至|开门红|战报|电商|盛典|好物|攻略|晚会"
    "|[、和与及/]双)"
)
_RIGHTS = "(?=晚会|消费者|国际消费|打假|曝光|维权)"
_HOURS = "(?=工作制|加班|打工|福报|公司|制度|模式|的工作|的日子|的生活|太累)"
_UNIVERSITIES = (
    "(?=高校|大学|院校|毕业|名校|本科|硕士|学校|工程|重点|双一流"
    "|[、/和与及或]?(?:985|211|双一流)(?![\\d.]))"
)
_RULES = compiled(
    [
        (pattern, lambda match: in_digits(match.group(), "幺" if match[0] == "211" else "一"))
        for pattern in (
            rf"(?<![\d.,:：/+-])(?:23{{4,}}|6{{5,}}){_LAUGHED}",
            rf"{_BEGINS}(?:2333?|6666?|886){_ENDS}",
            r"^88(?=[，！。~～…])(?!， ?\d)",
            r"(?<![\d.,:：/+-])5201314(?![\d.])",
            rf"(?<![\d.,])(?:52[01]|1314){_LOVED}",
            rf"(?<![\d.,])618{_SALES}",
            r"(?<=双1[12][、和与及/])618(?!\d)",
            rf"(?<![\d.,])315{_RIGHTS}",
            rf"(?<![\d.,])(?:99[56]|955|965){_HOURS}",
            r"(?<=[我你绝对天行])996(?=$|[，。！？；了])",
            rf"(?<![\d.,])(?:985|211){_UNIVERSITIES}",
            r"(?<=985[、/和与及或])211|(?<=211[、/和与及或])985|(?<=985)211",
            r"(?<![\d.,])[1-9][1-9](?=折)",
        )
    ]
)


def read_named_numbers(text: str) -> str:
    return substitute(_RULES, text)
