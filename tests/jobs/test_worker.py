"""The worker: one thread for what is due and what is asked, and an end in bounded time."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from itertools import pairwise

import pytest

from siyu.jobs.loop import Loop
from siyu.jobs.rhythm import Every
from siyu.jobs.schedule import Schedule, Stopped
from siyu.jobs.worker import Closed, Worker

WAIT = 30


@pytest.fixture
def finished() -> list[str]:
    return []


@pytest.fixture
def worker(operations, clock, finished):
    """A worker whose one loop is due when the clock is moved; it is stopped at the end."""
    ran = threading.Event()
    schedule = Schedule([Loop("load", Every(5), lambda _now, _say: ran.set())], operations, clock)
    made = Worker(schedule, lambda _say: finished.append(threading.current_thread().name), lambda: None)
    made.ran = ran  # type: ignore[attr-defined]
    yield made
    made.stop(WAIT)


def test_what_is_due_runs_at_the_start(worker):
    worker.start()
    assert worker.ran.wait(WAIT)


def test_questions_are_answered_one_at_a_time_by_the_same_thread(worker):
    worker.start()
    answers = [worker.ask(lambda _say: threading.current_thread().name) for _ in range(20)]
    assert {answer.result(WAIT) for answer in answers} == {"worker"}


def test_the_error_of_a_question_is_the_askers_and_the_thread_goes_on(worker):
    worker.start()
    with pytest.raises(ZeroDivisionError):
        worker.ask(lambda _say: 1 / 0).result(WAIT)
    assert worker.ask(lambda _say: 7).result(WAIT) == 7


def test_a_question_that_is_cancelled_before_its_turn_is_left_out(worker):
    gate, asked = threading.Event(), []
    worker.start()
    worker.ask(lambda _say: gate.wait(WAIT))
    given_up = worker.ask(lambda _say: asked.append("given up"))
    assert given_up.cancel()
    gate.set()
    worker.ask(lambda _say: None).result(WAIT)
    assert asked == []
    with pytest.raises(CancelledError):
        given_up.result()


def test_stopping_finishes_the_running_step_refuses_the_rest_and_finishes_on_the_thread(worker, finished):
    gate, entered = threading.Event(), threading.Event()

    def step(_say) -> str:
        entered.set()
        gate.wait(WAIT)
        return "whole"

    worker.start()
    running = worker.ask(step)
    waiting = worker.ask(lambda _say: "too late")
    assert entered.wait(WAIT)
    stopping = threading.Thread(target=worker.stop, args=(WAIT,))
    stopping.start()
    while not worker.stopping:
        pass
    gate.set()
    stopping.join(WAIT)
    assert (running.result(WAIT), finished) == ("whole", ["worker"])
    with pytest.raises(Closed):
        waiting.result(WAIT)
    with pytest.raises(Closed):
        worker.ask(lambda _say: None)


def test_long_work_ends_at_its_next_step_once_the_time_is_over(worker, finished):
    entered = threading.Event()

    def endless(say) -> None:
        while True:
            entered.set()
            say("a step", 0.5)

    worker.start()
    answer = worker.ask(endless)
    assert entered.wait(WAIT)
    assert worker.stop(0)
    assert finished == ["worker"]
    with pytest.raises(Stopped):
        answer.result(WAIT)


def test_what_the_piece_of_work_before_left_broken_is_mended_first(operations, clock):
    done: list[str] = []
    schedule = Schedule([Loop("load", Every(5), lambda *_: done.append("loop"))], operations, clock)
    worker = Worker(schedule, lambda _say: done.append("finish"), lambda: done.append("mend"))
    worker.start()
    worker.ask(lambda _say: done.append("question")).result(WAIT)
    assert worker.stop(WAIT)
    assert set(done) == {"mend", "loop", "question", "finish"}
    assert all(before == "mend" for before, did in pairwise(["", *done]) if did != "mend")


def test_what_cannot_be_mended_ends_nothing(operations, clock, finished):
    worker = Worker(Schedule([], operations, clock), lambda _say: finished.append("finished"), lambda: 1 / 0)
    worker.start()
    assert worker.ask(lambda _say: 7).result(WAIT) == 7
    assert worker.stop(WAIT)
    assert finished == ["finished"]


def test_a_bug_in_the_schedule_leaves_nobody_waiting(operations, clock, finished, monkeypatch):
    schedule = Schedule([], operations, clock)
    monkeypatch.setattr(threading, "excepthook", lambda _args: None)
    monkeypatch.setattr(schedule, "run_due", lambda _say: 1 / 0)
    worker = Worker(schedule, lambda _say: finished.append("finished"), lambda: None)
    answer = worker.ask(lambda _say: 7)
    worker.start()
    with pytest.raises(Closed):
        answer.result(WAIT)
    assert worker.stop(WAIT)
    assert finished == ["finished"]
