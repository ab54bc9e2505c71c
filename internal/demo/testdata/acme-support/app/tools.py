"""What the assistant may do by itself."""

from pydantic import BaseModel


class Refund(BaseModel):
    order: str
    cents: int


ALLOWED_TOOLS = ["find_order", "open_ticket", "refund"]


def refund(request: Refund, approve) -> str:
    """A person approves every refund before it is booked."""
    if not approve(request):
        return "declined"
    return f"refunded {request.cents} on {request.order}"
