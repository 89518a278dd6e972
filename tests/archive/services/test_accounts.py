"""Accounts: making them, logging in, sessions, and how often one may try."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from archive.db.session import Database
from archive.domain.identity import Role
from archive.errors import (
    ArchiveError,
    ConflictError,
    CredentialsError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
)
from archive.services.accounts import SESSION_LIFE, TRIES_PER_ADDRESS, TRIES_PER_NAME, TRY_WINDOW, AccountService
from archive.services.passwords import Passwords
from tests.support.holdings import make_program
from tests.support.people import PASSWORD, cheap_passwords
from tests.support.time import StillClock

HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def accounts(database: Database, clock: StillClock) -> AccountService:
    return AccountService(database=database, clock=clock, passwords=cheap_passwords())


def test_login_gives_the_caller_with_programs_and_roles(accounts: AccountService, database: Database) -> None:
    with database.begin() as uow:
        program_id = make_program(uow.session).id
    user = accounts.create("  PI1 ", PASSWORD, full_name="Ada", roles=[Role.CURATOR], propids=["2014B-0404"])
    caller = accounts.caller_of_session(accounts.sign_in("Pi1", PASSWORD, HERE), HERE)
    assert caller is not None
    assert (caller.user_id, caller.username, caller.address) == (user.id, "pi1", HERE)
    assert caller.programs == {program_id}
    assert caller.roles == {Role.CURATOR}
    assert caller.scopes is None
    assert [membership.propid for membership in accounts.memberships(caller)] == ["2014B-0404"]


def test_one_name_one_account(accounts: AccountService) -> None:
    accounts.create("ada", PASSWORD)
    with pytest.raises(ConflictError):
        accounts.create("ADA", PASSWORD)


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "ada\x00", "é", "x" * 65, "-ada", "ada\n;drop"])
def test_names_that_cannot_be_taken(accounts: AccountService, name: str) -> None:
    with pytest.raises(InvalidInputError):
        accounts.create(name, PASSWORD)
    with pytest.raises(CredentialsError):
        accounts.sign_in(name, PASSWORD, HERE)


@pytest.mark.parametrize("password", ["", "short", "x" * 1025, "astronomer"])
def test_passwords_that_cannot_be_taken(accounts: AccountService, password: str) -> None:
    with pytest.raises(InvalidInputError):
        accounts.create("astronomer", password)


def test_unknown_program_makes_no_account(accounts: AccountService) -> None:
    with pytest.raises(NotFoundError):
        accounts.create("ada", PASSWORD, propids=["2099A-0001"])
    assert accounts.users() == ()


def test_wrong_name_and_wrong_password_are_told_alike(accounts: AccountService) -> None:
    accounts.create("ada", PASSWORD)
    accounts.create("gone", PASSWORD)
    accounts.set_active("gone", is_active=False)
    words = set()
    for name, password in [("ada", "not hers at all"), ("nobody", PASSWORD), ("gone", PASSWORD), ("\x00", "\ud800")]:
        with pytest.raises(CredentialsError) as caught:
            accounts.sign_in(name, password, HERE)
        words.add(caught.value.message)
    assert len(words) == 1


def test_session_ends(accounts: AccountService, clock: StillClock, database: Database) -> None:
    accounts.create("ada", PASSWORD)
    first, second = (accounts.sign_in("ada", PASSWORD, HERE) for _ in range(2))
    assert first != second
    accounts.sign_out(first)
    assert accounts.caller_of_session(first, HERE) is None
    assert accounts.caller_of_session(second, HERE) is not None
    assert accounts.caller_of_session("", HERE) is None
    assert accounts.caller_of_session("\ud800'--", HERE) is None
    clock.move(seconds=SESSION_LIFE.total_seconds())
    assert accounts.caller_of_session(second, HERE) is None
    accounts.sign_in("ada", PASSWORD, HERE)
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM session")) == 1, "those that ran out are removed"
        assert second not in connection.scalar(text("SELECT key_hash FROM session"))


def test_closed_account_loses_its_sessions(accounts: AccountService) -> None:
    accounts.create("ada", PASSWORD)
    key = accounts.sign_in("ada", PASSWORD, HERE)
    accounts.set_active("ada", is_active=False)
    assert accounts.caller_of_session(key, HERE) is None


def test_change_of_password_ends_other_sessions(accounts: AccountService) -> None:
    accounts.create("ada", PASSWORD)
    stolen, own = (accounts.sign_in("ada", PASSWORD, HERE) for _ in range(2))
    caller = accounts.caller_of_session(own, HERE)
    assert caller is not None
    with pytest.raises(InvalidInputError, match="old"):
        accounts.change_password(caller, "not hers at all", "another password")
    with pytest.raises(InvalidInputError, match="new"):
        accounts.change_password(caller, PASSWORD, "short")
    fresh = accounts.change_password(caller, PASSWORD, "another password")
    assert accounts.caller_of_session(stolen, HERE) is None
    assert accounts.caller_of_session(own, HERE) is None
    assert accounts.caller_of_session(fresh, HERE) is not None
    accounts.sign_in("ada", "another password", HERE)
    with pytest.raises(CredentialsError):
        accounts.sign_in("ada", PASSWORD, HERE)


def test_operator_sets_a_password(accounts: AccountService) -> None:
    accounts.create("ada", PASSWORD)
    key = accounts.sign_in("ada", PASSWORD, HERE)
    accounts.set_password("ada", "another password")
    assert accounts.caller_of_session(key, HERE) is None
    accounts.sign_in("ada", "another password", HERE)
    with pytest.raises(NotFoundError):
        accounts.set_password("nobody", "another password")


def test_hash_of_an_older_cost_is_renewed(accounts: AccountService, clock: StillClock, database: Database) -> None:
    accounts.create("ada", PASSWORD)
    dearer = AccountService(database=database, clock=clock, passwords=Passwords(PasswordHasher(2, 16, 1)))

    def stored() -> str:
        with database.engine.connect() as connection:
            return str(connection.scalar(text("SELECT password_hash FROM account")))

    assert "m=8,t=1" in stored()
    dearer.sign_in("ada", PASSWORD, HERE)
    assert "m=16,t=2" in stored()
    dearer.sign_in("ada", PASSWORD, HERE)


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_tries_for_a_name_are_limited(accounts: AccountService, clock: StillClock, name: str) -> None:
    accounts.create("ada", PASSWORD)
    for number in range(TRIES_PER_NAME):
        with pytest.raises(CredentialsError):
            accounts.sign_in(name, "not hers at all", f"192.0.2.{number}")
        clock.move(seconds=1)
    with pytest.raises(RateLimitedError) as caught:
        accounts.sign_in(name, PASSWORD, "198.51.100.1")
    assert caught.value.retry_after == TRY_WINDOW.total_seconds() - TRIES_PER_NAME
    clock.move(seconds=caught.value.retry_after)
    assert _outcome(accounts, name, PASSWORD) == ("in" if name == "ada" else "unauthenticated")


def test_success_forgives_the_name_but_not_the_address(accounts: AccountService) -> None:
    accounts.create("ada", PASSWORD)
    for number in range(TRIES_PER_ADDRESS):
        if number % 5 == 0:
            accounts.sign_in("ada", PASSWORD, THERE)
        with pytest.raises(CredentialsError):
            accounts.sign_in("ada", "not hers at all", HERE)
    with pytest.raises(RateLimitedError):
        accounts.sign_in("somebody", PASSWORD, HERE)
    accounts.sign_in("ada", PASSWORD, THERE)


def test_ipv6_network_counts_as_one_address(accounts: AccountService) -> None:
    for number in range(TRIES_PER_ADDRESS):
        with pytest.raises(CredentialsError):
            accounts.sign_in(f"user{number}", PASSWORD, f"2001:db8::{number:x}")
    with pytest.raises(RateLimitedError):
        accounts.sign_in("another", PASSWORD, "2001:db8::ffff:1")
    with pytest.raises(CredentialsError):
        accounts.sign_in("another", PASSWORD, "2001:db8:1::1")


def test_many_tries_at_once_do_not_slip_through(accounts: AccountService) -> None:
    accounts.create("ada", PASSWORD)

    def attempt(number: int) -> str:
        return _outcome(accounts, "ada", f"guess number {number}")

    with ThreadPoolExecutor(7) as pool:
        outcomes = list(pool.map(attempt, range(3 * TRIES_PER_NAME)))
    assert outcomes.count("unauthenticated") == TRIES_PER_NAME
    assert outcomes.count("rate_limited") == 2 * TRIES_PER_NAME


def _outcome(accounts: AccountService, name: str, password: str) -> str:
    try:
        accounts.sign_in(name, password, THERE)
    except ArchiveError as exc:
        return exc.code
    return "in"
