# SPDX-License-Identifier: BSD-3-Clause
"""The query page and the pages of jobs."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from archive.domain.clock import utc_now
from archive.errors import ArchiveError, InvalidInputError, NotFoundError, QueryRefusedError, RateLimitedError
from archive.services.queries import QueryDesk
from archive.web.context import caller, services
from archive.web.identity import Guard, guarded_by
from archive.web.query.forms import FORMAT_CHOICES, Action, QueryForm
from archive.web.query.presenters import (
    EstimatePanel,
    JobPanel,
    TablePanel,
    Trouble,
    kind_in_words,
    limits_in_words,
)
from archive.web.tap.examples import EXAMPLES
from vo.tap import TapAnswer

__all__ = ["blueprint"]

blueprint = Blueprint("query", __name__, url_prefix="/query")

_FIRST = "SELECT TOP 10 *\nFROM "
_ONE_LINER = "SELECT TOP 10 * FROM ivoa.obscore"


@blueprint.get("")
@guarded_by(Guard.PUBLIC)
def ask() -> str:
    """Show the form, empty, with an example or with a query from elsewhere."""
    form = QueryForm.read(request.args)
    if name := request.args.get("example"):
        example = next((each for each in EXAMPLES if each.anchor == name), None)
        if example is None:
            raise NotFoundError("There is no such example.")
        form = QueryForm(example.query)
    elif table := request.args.get("table"):
        form = QueryForm(f"{_FIRST}{table}")
    elif job_id := request.args.get("job"):
        form = QueryForm.of(_desk().job(caller(), job_id))
    return _page(form)


@blueprint.post("")
@guarded_by(Guard.PUBLIC)
def act() -> BaseResponse:
    """Do with a query what the button says."""
    form = QueryForm.read(request.form)
    try:
        action = Action(request.form.get("action", Action.SHOW))
    except ValueError:
        raise InvalidInputError({"action": "none of those offered"}) from None
    try:
        return _answer(form, action)
    except ArchiveError as exc:
        return _refused(form, exc)


@blueprint.get("/jobs/<job_id>")
@guarded_by(Guard.PUBLIC)
def job(job_id: str) -> str:
    """Show a job."""
    found = JobPanel.of(_desk().job(caller(), job_id), utc_now())
    result = _desk().result(caller(), job_id) if found.size is not None else None
    return render_template(
        "query/job.html",
        job=found,
        table=TablePanel.of(result) if result else None,
        file=f"/tap/async/{job_id}/results/result",
    )


@blueprint.post("/jobs/<job_id>/abort")
@guarded_by(Guard.PUBLIC)
def abort(job_id: str) -> BaseResponse:
    """Stop a job."""
    _desk().abort(caller(), job_id)
    return redirect(url_for("query.job", job_id=job_id), 303)


@blueprint.post("/jobs/<job_id>/delete")
@guarded_by(Guard.PUBLIC)
def delete(job_id: str) -> BaseResponse:
    """Remove a job."""
    _desk().delete(caller(), job_id)
    flash("The job is deleted.")
    return redirect(url_for("query.ask"), 303)


def _desk() -> QueryDesk:
    return services().queries


def _answer(form: QueryForm, action: Action) -> BaseResponse:
    question = form.question()
    match action:
        case Action.SHOW:
            return make_response(_page(form, table=TablePanel.of(_desk().show(caller(), question))))
        case Action.ESTIMATE:
            return make_response(_page(form, estimate=EstimatePanel.of(_desk().estimate(caller(), question))))
        case Action.RUN:
            made = _desk().start(caller(), question)
            return redirect(url_for("query.job", job_id=made.job_id), 303)
        case Action.DOWNLOAD:
            return _file(_desk().download(caller(), question))


def _file(answer: TapAnswer) -> Response:
    # The server closes what it iterates over, also when the reader has gone.
    response = Response(answer, content_type=answer.media_type)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers.set("Content-Disposition", "attachment", filename=answer.filename)
    return response


def _refused(form: QueryForm, error: ArchiveError) -> Response:
    """Show the form again with all that was typed."""
    fields = error.fields if isinstance(error, InvalidInputError) else {}
    is_field = bool(fields) and not isinstance(error, QueryRefusedError)
    page = _page(form, errors=fields if is_field else {}, trouble=None if is_field else Trouble.of(error))
    answer = make_response(page, error.status)
    if isinstance(error, RateLimitedError):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _page(
    form: QueryForm,
    *,
    errors: dict[str, str] | None = None,
    trouble: Trouble | None = None,
    table: TablePanel | None = None,
    estimate: EstimatePanel | None = None,
) -> str:
    desk = _desk()
    return render_template(
        "query/ask.html",
        form=form,
        formats=FORMAT_CHOICES,
        errors=errors or {},
        trouble=trouble,
        table=table,
        estimate=estimate,
        schemas=desk.schemas(caller()),
        kind=kind_in_words,
        examples=EXAMPLES,
        limits=limits_in_words(desk),
        jobs=[JobPanel.of(each, utc_now()) for each in desk.jobs(caller())],
        tap=f"{services().config.web.base_url}/tap",
        one_liner=_ONE_LINER,
    )
