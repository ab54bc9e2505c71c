from app.tools import Refund, refund


def test_a_declined_refund_books_nothing():
    assert refund(Refund(order="A-1", cents=500), approve=lambda r: False) == "declined"
