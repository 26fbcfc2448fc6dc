"""DocuBot's application: `uvicorn reference_app.main:app` (guide sections 11 and 19)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from reference_app.core.config import Settings, load_settings
from reference_app.core.errors import install_error_handlers
from reference_app.core.logging import configure_logging
from reference_app.core.metrics import Metrics
from reference_app.core.middleware import install_middleware
from reference_app.routers import ROUTERS
from reference_app.routers.search import add_search
from reference_app.services import open_services


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make an application; its services open when it starts."""
    settings = settings or load_settings()
    configure_logging()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings) as app.state.services:
            yield

    app = FastAPI(title="DocuBot API", version="1.0.0", lifespan=lifespan)
    app.state.metrics = Metrics()
    install_middleware(app, app.state.metrics, settings.cors_origins)
    install_error_handlers(app)
    add_search(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


app = create_app()
