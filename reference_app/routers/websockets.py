"""Guide section 18: WebSockets."""

from fastapi import APIRouter, WebSocket, status

router = APIRouter()


@router.websocket("/ws")
async def hello(ws: WebSocket) -> None:
    """Say hello and close."""
    await ws.accept()
    await ws.send_text("hello")
    await ws.close()


@router.websocket("/ws/echo")
async def echo(ws: WebSocket) -> None:
    """Send every text back until the client closes."""
    await ws.accept()
    try:
        async for text in ws.iter_text():
            await ws.send_text(text)
    except KeyError:  # how Starlette puts it that a message is no text
        await ws.close(status.WS_1003_UNSUPPORTED_DATA)
