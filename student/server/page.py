"""The page at /, its files under /static/, and what it needs to know of the server."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from speech.synthesizer import Synthesizer
from student.server.catalog import Catalog

FOLDER = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def page_router(catalog: Catalog, max_chars: int) -> APIRouter:
    """`/`, `/static/` with its files, and `/static/page.json`: the models with their voices."""
    router = APIRouter(include_in_schema=False)

    @router.get("/static/page.json")
    async def described() -> dict[str, object]:
        models = [{"id": name, "voices": list(catalog[name].voices)} for name in catalog]
        return {"models": models, "most": max_chars, "note": _note(catalog)}

    for path in sorted(FOLDER.iterdir()):
        _serve(router, path)
    return router


def _serve(router: APIRouter, path: Path) -> None:
    where = "/" if path.name == "index.html" else f"/static/{path.name}"

    @router.get(where, name=path.name)
    async def file() -> FileResponse:
        return FileResponse(path, headers=HEADERS)


def _note(catalog: Catalog) -> str:
    return " · ".join(_told(model) for model in catalog.values())


def _told(model: Synthesizer) -> str:
    size = f", {model.size.parameters / 1e6:.1f} M parameters" if model.size else ""
    return f"{model.name}{size}" + (f", {model.license}" if model.license else "")
