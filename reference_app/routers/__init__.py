"""One router per concern (guide section 11)."""

from reference_app.routers import (
    account,
    ask,
    concurrency,
    errors,
    events,
    health,
    items,
    limited,
    metrics,
    stream,
    translate,
    upload,
    users,
    websockets,
)

# Routes are tried in this order.
ROUTERS = [
    health.router,
    items.router,
    users.router,
    ask.router,
    upload.router,
    translate.router,
    events.router,
    account.router,
    concurrency.router,
    errors.router,
    limited.router,
    stream.router,
    websockets.router,
    metrics.router,
]
