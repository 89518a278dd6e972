"""Personal tokens: shown once, kept as a hash, and never more than their owner."""

import pytest
from sqlalchemy import text

from archive.db.session import Database
from archive.domain.access import ANONYMOUS, Caller
from archive.domain.identity import Scope
from archive.errors import InvalidInputError, NotFoundError, PermissionDeniedError, TokenError
from archive.services.accounts import AccountService
from archive.services.tokens import LONGEST_LIFE_DAYS, TokenService
from tests.support.people import PASSWORD, cheap_passwords
from tests.support.time import StillClock

HERE = "192.0.2.1"
BOTH = frozenset(Scope)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def accounts(database: Database, clock: StillClock) -> AccountService:
    return AccountService(database=database, clock=clock, passwords=cheap_passwords())


@pytest.fixture
def tokens(database: Database, clock: StillClock) -> TokenService:
    return TokenService(database=database, clock=clock)


@pytest.fixture
def ada(accounts: AccountService) -> Caller:
    accounts.create("ada", PASSWORD)
    caller = accounts.caller_of_session(accounts.sign_in("ada", PASSWORD, HERE), HERE)
    assert caller is not None
    return caller


def test_token_speaks_for_its_owner(tokens: TokenService, ada: Caller, database: Database) -> None:
    issued = tokens.issue(ada, " laptop ", [Scope.READ_DATA], None)
    caller = tokens.caller_of_token(issued.text, "192.0.2.9")
    assert (caller.user_id, caller.username) == (ada.user_id, "ada")
    assert caller.scopes == frozenset({Scope.READ_DATA})
    assert caller.address == "192.0.2.9"
    secret = issued.text.partition(".")[2]
    with database.engine.connect() as connection:
        assert secret not in str(connection.execute(text("SELECT token FROM token")).all())
    assert [token.name for token in tokens.list(ada)] == ["laptop"]
    assert secret not in repr(tokens.list(ada))


def test_last_use_is_noted_once_a_minute(tokens: TokenService, ada: Caller, clock: StillClock) -> None:
    issued = tokens.issue(ada, "laptop", BOTH, None)
    assert tokens.list(ada)[0].last_used is None
    tokens.caller_of_token(issued.text, HERE)
    first = clock.now
    clock.move(seconds=30)
    tokens.caller_of_token(issued.text, HERE)
    assert tokens.list(ada)[0].last_used == first
    clock.move(seconds=30)
    tokens.caller_of_token(issued.text, HERE)
    assert tokens.list(ada)[0].last_used == clock.now


def _code(tokens: TokenService, text: str) -> str:
    with pytest.raises(TokenError) as caught:
        tokens.caller_of_token(text, HERE)
    return caught.value.code


def test_tokens_that_do_not_hold(
    tokens: TokenService, accounts: AccountService, ada: Caller, clock: StillClock
) -> None:
    expiring, revoked = (tokens.issue(ada, name, BOTH, 1) for name in ("one", "two"))
    tokens.revoke(ada, revoked.token.key)
    assert _code(tokens, revoked.text) == "token_revoked"
    wrong_secret = f"archive-{revoked.token.key}.{'x' * 43}"
    assert _code(tokens, wrong_secret) == "token_unknown", "what became of it is told to its owner only"
    clock.move(days=1)
    assert _code(tokens, expiring.text) == "token_expired"
    for bad in ("", "archive-", "x" * 10_000, "archive-é.x", expiring.text + "x", f" {expiring.text}", "a\x00b"):
        assert _code(tokens, bad) == "token_unknown"
    lasting = tokens.issue(ada, "three", BOTH, None)
    accounts.set_active("ada", is_active=False)
    assert _code(tokens, lasting.text) == "token_unknown"


def test_only_a_person_tends_tokens(tokens: TokenService, accounts: AccountService, ada: Caller) -> None:
    issued = tokens.issue(ada, "laptop", BOTH, None)
    by_token = tokens.caller_of_token(issued.text, HERE)
    for caller in (ANONYMOUS, by_token):
        with pytest.raises(PermissionDeniedError):
            tokens.issue(caller, "more", BOTH, None)
        with pytest.raises(PermissionDeniedError):
            tokens.list(caller)
        with pytest.raises(PermissionDeniedError):
            tokens.revoke(caller, issued.token.key)
    accounts.create("bob", PASSWORD)
    bob = accounts.caller_of_session(accounts.sign_in("bob", PASSWORD, HERE), HERE)
    assert bob is not None
    with pytest.raises(NotFoundError):
        tokens.revoke(bob, issued.token.key)
    assert tokens.caller_of_token(issued.text, HERE).username == "ada"


def test_input_that_cannot_be_taken(tokens: TokenService, ada: Caller) -> None:
    with pytest.raises(InvalidInputError) as caught:
        tokens.issue(ada, " ", [], 0)
    assert set(caught.value.fields) == {"name", "scopes", "days"}
    for name, days in [("x" * 101, 1), ("a\r\nb", 1), ("ok", LONGEST_LIFE_DAYS + 1)]:
        with pytest.raises(InvalidInputError):
            tokens.issue(ada, name, BOTH, days)


def test_only_living_tokens_are_too_many(tokens: TokenService, ada: Caller, clock: StillClock) -> None:
    for number in range(100):
        tokens.issue(ada, f"{number}", BOTH, 2)
    with pytest.raises(InvalidInputError, match="Revoke one first"):
        tokens.issue(ada, "more", BOTH, None)
    clock.move(days=2)
    tokens.issue(ada, "more", BOTH, None)


def test_tokens_of_a_day_give_way(tokens: TokenService, ada: Caller, clock: StillClock) -> None:
    lasting = tokens.issue(ada, "laptop", BOTH, None)
    made = []
    for _ in range(101):
        clock.move(seconds=1)
        made.append(tokens.issue(ada, "login", BOTH, 1))
    assert _code(tokens, made[0].text) == "token_unknown"
    for issued in (lasting, made[1], made[-1], tokens.issue(ada, "desk", BOTH, None)):
        assert tokens.caller_of_token(issued.text, HERE).username == "ada"
    assert len(tokens.list(ada)) == 102
