"""Which cuBLAS the ASR finds on a GPU, without one."""

import ctypes
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, PackagePath
from pathlib import Path

import ctranslate2
import pytest

from speech.errors import InputError
from speech.judges import cublas
from speech.judges.cublas import NAME, load_cublas


def test_ctranslate2_opens_that_name_and_no_other_library_of_cuda() -> None:
    folder = Path(ctranslate2.__file__).parents[1] / "ctranslate2.libs"
    (library,) = folder.glob("libctranslate2*")
    content = library.read_bytes()
    assert NAME.encode() + b"\0" in content
    assert b"libcudnn" not in content
    assert b"libcudart.so" not in content


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel's own record of its files, in a folder of ours."""
    file = PackagePath(f"nvidia/cublas/lib/{NAME}")
    file.dist = type("Distribution", (), {"locate_file": lambda _, path: folder / path})()
    others = [PackagePath("nvidia/cublas/lib/libcublasLt.so.12")]
    monkeypatch.setattr(cublas, "files", lambda name: [*others, file])
    return folder / file


def test_it_is_loaded_from_its_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, loaded = installed(tmp_path, monkeypatch), []
    load_cublas("judges.asr.device", lambda *asked: loaded.append(asked))
    assert loaded == [(str(path), ctypes.RTLD_GLOBAL)]


@pytest.mark.skipif(shutil.which("cc") is None, reason="no compiler")
def test_what_is_loaded_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = installed(tmp_path, monkeypatch)
    path.parent.mkdir(parents=True)
    (tmp_path / "empty.c").write_text("int cublas_of_a_test(void) { return 12; }\n")
    build = ["cc", "-shared", "-fPIC", f"-Wl,-soname,{NAME}", "-o", path, tmp_path / "empty.c"]
    subprocess.run(build, check=True)
    with pytest.raises(OSError, match=NAME):
        ctypes.CDLL(NAME)
    load_cublas("judges.asr.device")
    assert ctypes.CDLL(NAME).cublas_of_a_test() == 12  # as CTranslate2 asks for it


def test_without_it_there_is_one_line_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(_: str) -> list[PackagePath]:
        raise PackageNotFoundError

    def refuses(name: str, _: int) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(cublas, "files", missing)
    with pytest.raises(InputError, match=r"tts-distill\[gpu\].*gate.judges.asr.device=cpu") as told:
        load_cublas("gate.judges.asr.device", refuses)
    assert "\n" not in str(told.value)
