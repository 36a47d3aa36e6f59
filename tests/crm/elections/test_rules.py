from crm.elections.enums import SeatChange
from crm.elections.rules import Shift, shifts

ADA, BO, CLEO, DAN = 1, 2, 3, 4
NORTH, SOUTH, EAST = 10, 20, 30


def test_the_same_holder_is_kept() -> None:
    assert shifts({NORTH: {ADA}}, {NORTH: {ADA}}) == [Shift(SeatChange.KEPT, NORTH, ADA, ADA)]


def test_a_seat_nobody_took_is_vacated() -> None:
    assert shifts({NORTH: {ADA}}, {}) == [Shift(SeatChange.VACATED, NORTH, ADA)]


def test_a_new_face_takes_the_place_of_whoever_went() -> None:
    assert shifts({NORTH: {ADA}}, {NORTH: {BO}}) == [Shift(SeatChange.NEW, NORTH, ADA, BO)]


def test_whoever_sat_elsewhere_has_moved() -> None:
    found = shifts({NORTH: {ADA}, SOUTH: {BO}}, {NORTH: {BO}, EAST: {CLEO}})

    assert found == [
        Shift(SeatChange.MOVED, NORTH, ADA, BO, SOUTH),
        Shift(SeatChange.VACATED, SOUTH, BO),
        Shift(SeatChange.NEW, EAST, None, CLEO),
    ]


def test_a_post_with_several_seats_pairs_them_one_by_one() -> None:
    found = shifts({NORTH: {ADA, BO}}, {NORTH: {BO, CLEO, DAN}})

    assert found == [
        Shift(SeatChange.KEPT, NORTH, BO, BO),
        Shift(SeatChange.NEW, NORTH, ADA, CLEO),
        Shift(SeatChange.NEW, NORTH, None, DAN),
    ]
