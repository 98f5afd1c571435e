"""Every error of the server in OpenAI's form: {"error": {"message", "type", "param", "code"}}."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from speech.errors import Refused
from speech.reasons import Reason

INVALID, NOT_FOUND, SERVER = "invalid_request_error", "not_found_error", "server_error"


class ErrorDetails(BaseModel):
    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """What stands in every response that is no success."""

    error: ErrorDetails


ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "What is wrong with the request."},
    404: {"model": ErrorBody, "description": "No such model."},
    422: {"model": ErrorBody, "description": "Not used: what is invalid is a 400, as OpenAI's."},
    429: {"model": ErrorBody, "description": "Too many requests wait: see Retry-After."},
    504: {"model": ErrorBody, "description": "Not done in time."},
}
"""for the API's documentation"""


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


def refused(refusal: Refused) -> ApiError:
    """What a synthesizer does not say, as the client's mistake."""
    param = "voice" if refusal.reason == Reason.UNKNOWN_VOICE else "input"
    return ApiError(400, str(refusal), code=str(refusal.reason), param=param)


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
    if first["type"] == "json_invalid":
        return ApiError(400, f"the body is not JSON: {first['ctx']['error']}", code="invalid_json")
    path = [str(part) for part in first["loc"][1:]]
    if not path:
        told = "the body must be a JSON object, with Content-Type: application/json"
        return ApiError(400, told, code="invalid_body")
    message = f"{path[0]}: {first['msg']}"
    if isinstance(given := first.get("input"), str | int | float):
        message += f", not {json.dumps(given):.80}"  # in ASCII, whatever it was
    return ApiError(400, message, code=first["type"], param=path[0])


def _of_status(request: Request, error: HTTPException) -> ApiError:
    path = request.url.path
    if error.status_code == 404:
        told = f"{request.method} {path:.100} is not there; /docs lists what is"
        return ApiError(404, told, NOT_FOUND, "not_found")
    code = HTTPStatus(error.status_code).name.lower()
    told = str(error.detail)
    if told == "There was an error parsing the body":  # FastAPI's, of each
        told = (
            "the body is not JSON: not UTF-8, nested too deep, or with a number of too many digits"
        )
    if error.status_code == 405:
        told = f"{path:.100} does not take {request.method}"
    return ApiError(error.status_code, told, code=code, headers=error.headers)
