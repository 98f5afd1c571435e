"""Every error of the server in OpenAI's form: {"error": {"message", "type", "param", "code"}}."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from speech.errors import Refused

INVALID, NOT_FOUND, SERVER = "invalid_request_error", "not_found_error", "server_error"


class ApiError(Exception):
    """What a client is told, and with which status."""

    def __init__(
        self,
        status: int,
        message: str,
        type: str = INVALID,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.type = status, message, type
        self.code, self.param, self.headers = code, param, headers

    @property
    def body(self) -> dict[str, dict[str, str | None]]:
        told = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": told}


def refused(refusal: Refused, param: str = "input") -> ApiError:
    """What a synthesizer does not say, as the client's mistake."""
    return ApiError(400, str(refusal), code=refusal.reason, param=param)


def response_of(error: ApiError) -> Response:
    return JSONResponse(error.body, error.status, error.headers)


def tell_errors(app: FastAPI) -> None:
    """Have the app answer all its errors so."""

    @app.exception_handler(ApiError)
    async def _ours(request: Request, error: ApiError) -> Response:
        return response_of(error)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        return response_of(_of_validation(error))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return response_of(_of_status(request, error))

    @app.exception_handler(Exception)
    async def _ours_to_mend(request: Request, error: Exception) -> Response:
        return response_of(ApiError(500, "the server failed; its log says why", SERVER))


def _of_validation(error: RequestValidationError) -> ApiError:
    """The first of the mistakes, by the field that it is in."""
    first = error.errors()[0]
    path = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
    if first["type"] == "json_invalid":
        return ApiError(400, f"the body is not JSON: {first['ctx']['error']}", code="invalid_json")
    param = ".".join(path) or None
    message = f"{param}: {first['msg']}" if param else first["msg"]
    if "input" in first and isinstance(first["input"], str | int | float):
        message += f", not {json.dumps(first['input']):.80}"
    return ApiError(400, message, code=first["type"], param=param)


def _of_status(request: Request, error: HTTPException) -> ApiError:
    path, phrase = request.url.path, HTTPStatus(error.status_code).phrase
    known = {
        404: (f"{request.method} {path:.100} is not there; /docs lists what is", NOT_FOUND),
        405: (f"{path:.100} does not take {request.method}", INVALID),
    }
    message, type = known.get(error.status_code, (str(error.detail or phrase), INVALID))
    return ApiError(error.status_code, message, type, headers=error.headers)
