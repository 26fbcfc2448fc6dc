"""Guide section 6: questions about the uploaded texts."""

from fastapi import APIRouter

from reference_app.core.body_limit import LimitedRoute
from reference_app.core.errors import BODY_ERRORS, UpstreamFailure, UpstreamTimeout, documented
from reference_app.dependencies import Model, Texts
from reference_app.models.schemas import Answer, AskRequest

router = APIRouter(tags=["documents"], route_class=LimitedRoute)


@router.post("/ask", responses=BODY_ERRORS | documented(UpstreamFailure, UpstreamTimeout))
async def ask(request: AskRequest, texts: Texts, model: Model) -> Answer:
    """Answer from the passages that speak of the question most."""
    sources = await texts.search(request.question, request.top_k)
    answer = await model.answer(request.question, sources)
    return Answer(answer=answer, sources=sources, top_k=request.top_k)
