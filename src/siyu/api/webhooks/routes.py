"""The addresses of webhooks: POST /hooks/shopify/NAME, /hooks/signed/NAME and /hooks/wecom/NAME, which is also GET."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import MediaType, Request, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from siyu.api.refusals import Reason
from siyu.api.webhooks import shopify, signed, wecom
from siyu.api.webhooks.privacy import Desk
from siyu.api.webhooks.receiver import Receiver
from siyu.sources.doors.shopify.messages import PRIVACY_TOPICS


@dataclass(frozen=True)
class Kept:
    """What was sent is on disk."""

    success: bool = True


RESPONSES = {
    401: ResponseSpec(Reason, description="The signature is not that of this body; nothing was taken."),
    404: ResponseSpec(Reason, description="There is no hook in force at this address."),
    413: ResponseSpec(Reason, description="The body is too large."),
    503: ResponseSpec(Reason, description="It cannot be kept now; send it again."),
}
MALFORMED = {400: ResponseSpec(Reason, description="Signed, but not as expected; the message says what is wrong.")}


def router(receiver: Receiver) -> Router:
    """All addresses of webhooks."""
    return Router(
        "/hooks", route_handlers=[of_shopify, of_signed, echo_of_wecom, of_wecom], tags=["webhooks"],
        dependencies={"receiver": Provide(lambda: receiver, sync_to_thread=False)},
    )  # fmt: skip


@post("/shopify/{name:str}", status_code=200, responses=RESPONSES, operation_id="shopify_hook",
      summary="A delivery of Shopify.",
      description="As Shopify sends it, with X-Shopify-Topic and X-Shopify-Hmac-Sha256.")  # fmt: skip
async def of_shopify(request: Request[Any, Any, Any], name: FromPath[str], receiver: NamedDependency[Receiver]) -> Kept:
    """A delivery of Shopify, with X-Shopify-Hmac-Sha256."""
    async with receiver.answering("shopify", name) as hook:
        call = await receiver.call(request, shopify.BODY_BYTES)
        delivery = shopify.delivered(hook, call)
        if delivery.topic in PRIVACY_TOPICS:
            await receiver.asked(lambda: Desk.of(receiver.workspace).file(hook, delivery, call.now))
        else:
            await receiver.keep(shopify.arrival_of(hook, call, delivery))
    return Kept()


@post("/signed/{name:str}", status_code=200, responses={**RESPONSES, **MALFORMED}, operation_id="signed_hook",
      summary="Rows of one kind from any system.",
      description="JSON with kind, rows (1 to 2,000) and perhaps message_id. X-Siyu-Timestamp: seconds since 1970, at "
                  "most 300 from the server's clock. X-Siyu-Signature: HMAC-SHA256 of timestamp, point and body, with "
                  "the hook's secret, in hexadecimal.")  # fmt: skip
async def of_signed(request: Request[Any, Any, Any], name: FromPath[str], receiver: NamedDependency[Receiver]) -> Kept:
    """Rows of one kind, with X-Siyu-Timestamp and X-Siyu-Signature (HMAC-SHA256 of `timestamp.body`, hexadecimal), as
    the guide "Connect your own system" shows.
    """
    async with receiver.answering("signed", name) as hook:
        await receiver.keep(signed.arrival_of(hook, await receiver.call(request, signed.BODY_BYTES)))
    return Kept()


@get("/wecom/{name:str}", media_type=MediaType.TEXT, responses=RESPONSES, operation_id="wecom_hook_check",
     summary="The check of an address, as WeCom does it once.")  # fmt: skip
async def echo_of_wecom(request: Request[Any, Any, Any], name: FromPath[str],
                        receiver: NamedDependency[Receiver]) -> str:  # fmt: skip
    """The check of the address, as WeCom does it once: its `echostr`, opened."""
    async with receiver.answering("wecom", name) as hook:
        return wecom.echo(hook, await receiver.call(request, wecom.BODY_BYTES))


@post("/wecom/{name:str}", status_code=200, media_type=MediaType.TEXT, responses={**RESPONSES, **MALFORMED},
      operation_id="wecom_hook", summary="A callback of WeCom.",
      description="As WeCom sends it: msg_signature, timestamp and nonce in the address, Encrypt in the body.",
)  # fmt: skip
async def of_wecom(request: Request[Any, Any, Any], name: FromPath[str], receiver: NamedDependency[Receiver]) -> str:
    """A callback of WeCom, with `msg_signature`, `timestamp` and `nonce` in the address and `Encrypt` in the body."""
    async with receiver.answering("wecom", name) as hook:
        await receiver.keep(wecom.arrival_of(hook, await receiver.call(request, wecom.BODY_BYTES)))
    return "success"
