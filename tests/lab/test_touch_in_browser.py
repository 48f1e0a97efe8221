"""The page under a finger: a tap derives, looks at a row and draws, and a finger along the loss curve rewinds."""

import re

import pytest

from .opened_page import expect

PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def phone(open_page):
    with open_page(**PHONE) as opened:
        yield opened


def middle(box, share=0.5):
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


def test_a_tap_derives_and_another_tap_closes(phone):
    phone.named("b1[2]", ".cp-bias").tap()
    expect(phone.one(".cp-why-name")).to_have_text("b1[2]")
    expect(phone.one(".cp-why-lines")).to_be_in_viewport(ratio=0.99)
    phone.page.get_by_role("button", name="Close the derivation").tap()
    expect(phone.one(".cp-why-name")).to_have_count(0)


def test_a_tap_plays_and_pauses(phone):
    phone.page.get_by_role("button", name="Play", exact=True).tap()
    expect(phone.one(".is-epoch dd")).not_to_have_text("0")
    phone.page.get_by_role("button", name="Pause", exact=True).tap()
    expect(phone.page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_tap_draws_a_point(phone):
    phone.page.get_by_role("radio", name="Draw").check()
    area = phone.one(".cp-plane-area")
    area.scroll_into_view_if_needed()
    area.tap(position={"x": 60, "y": 80})
    expect(phone.one(".cp-pending")).to_have_count(1)


def test_a_finger_along_the_loss_curve_rewinds_and_does_not_scroll(phone):
    for epoch in range(1, 11):
        phone.page.get_by_role("button", name=re.compile("^Step forward")).tap()
        expect(phone.one(".is-epoch dd")).to_have_text(str(epoch))
    scrubber = phone.one(".cp-scrubber")
    scrubber.scroll_into_view_if_needed()
    before, box = phone.page.evaluate("scrollY"), scrubber.bounding_box()
    session = phone.page.context.new_cdp_session(phone.page)
    for kind, share in [("touchStart", 0.95), ("touchMove", 0.7), ("touchMove", 0.3), ("touchEnd", None)]:
        points = [] if share is None else [dict(zip(("x", "y"), middle(box, share), strict=True))]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(phone.one(".is-epoch dd")).to_have_text("3")
    assert phone.page.evaluate("scrollY") == before
