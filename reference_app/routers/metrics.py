"""Guide section 25: what Prometheus reads."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from reference_app.core.metrics import Metrics

router = APIRouter(tags=["reliability"])


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> PlainTextResponse:
    """Every series of this worker."""
    series: Metrics = request.app.state.metrics
    return PlainTextResponse(series.render(), media_type=CONTENT_TYPE_LATEST)
