"""Telemetry of real exporters: every span that one reports as sent is counted."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from page import poll
from receiver import RELEASE, ROOT, Receiver

THREADS, SPANS = 4, 2000
REQUESTS = 50

APP = """\
import logging

from flask import Flask

app = Flask("shop")


@app.get("/orders/<int:number>")
def order(number):
    logging.getLogger("shop.orders").warning("asked for %d", number)
    if number % 10 == 9:
        raise KeyError(number)
    return {"number": number}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    return folder


@pytest.fixture
def receiver(shop: Path) -> Iterator[Receiver]:
    with Receiver(shop) as receiver:
        yield receiver


class Counting(SpanExporter):
    """Counts what another exporter reports as sent."""

    def __init__(self, inner: SpanExporter) -> None:
        self.inner, self.sent, self.lock = inner, 0, threading.Lock()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self.inner.export(spans)
        with self.lock:
            self.sent += len(spans) if result is SpanExportResult.SUCCESS else 0
        return result

    def shutdown(self) -> None:
        self.inner.shutdown()


@pytest.mark.parametrize("protocol", ["grpc", "http", "http with gzip"])
def test_every_span_that_the_python_sdk_sent_is_counted(receiver: Receiver, protocol: str) -> None:
    if protocol == "grpc":
        exporter: SpanExporter = GrpcSpans(endpoint=receiver.grpc, insecure=True)
    else:
        compression = Compression.Gzip if "gzip" in protocol else Compression.NoCompression
        exporter = HttpSpans(endpoint=f"{receiver.http}/v1/traces", compression=compression)
    counting = Counting(exporter)
    provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    # A queue for all: what overflows is dropped, and rightly not reported.
    provider.add_span_processor(BatchSpanProcessor(counting, max_queue_size=THREADS * SPANS))
    tracer = provider.get_tracer("shop.orders")

    def work() -> None:
        for number in range(SPANS):
            with tracer.start_as_current_span("order") as span:
                span.set_attribute("number", number)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    provider.shutdown()
    totals = receiver.totals()
    assert counting.sent == THREADS * SPANS
    assert totals["spans"] == counting.sent
    assert totals["refused"] == {}


@pytest.mark.parametrize("protocol", ["grpc", "http"])
def test_logs_and_metrics_of_the_python_sdk_are_taken(receiver: Receiver, protocol: str) -> None:
    if protocol == "grpc":
        logs: Any = GrpcLogs(endpoint=receiver.grpc, insecure=True)
        metrics: Any = GrpcMetrics(endpoint=receiver.grpc, insecure=True)
    else:
        logs = HttpLogs(endpoint=f"{receiver.http}/v1/logs")
        metrics = HttpMetrics(endpoint=f"{receiver.http}/v1/metrics")
    logger_provider = LoggerProvider()
    logger_provider.add_log_record_processor(SimpleLogRecordProcessor(logs))
    logger_provider.get_logger("shop.orders").emit(body="out of stock", severity_number=None)
    logger_provider.shutdown()
    meter_provider = MeterProvider([PeriodicExportingMetricReader(metrics)])
    meter = meter_provider.get_meter("shop.orders")
    meter.create_counter("orders").add(5, {"country": "de"})
    meter.create_histogram("time", unit="ms").record(17)
    meter_provider.shutdown()
    totals = receiver.totals()
    assert totals["logs"] == 1
    # The counter's rate; the histogram's rate and three quantiles.
    assert totals["points"] >= 5
    assert totals["refused"] == {}


def test_grpc_without_a_seat_tries_again_until_there_is_one(receiver: Receiver) -> None:
    host, port = receiver.grpc.removeprefix("http://").split(":")
    seated = [socket.create_connection((host, int(port))) for _ in range(256)]
    leaving = threading.Timer(2, lambda: [seat.close() for seat in seated])
    provider = TracerProvider()
    span = provider.get_tracer("shop").start_span("order")
    span.end()
    assert isinstance(span, ReadableSpan)
    leaving.start()
    exporter = GrpcSpans(endpoint=receiver.grpc, insecure=True, timeout=30)
    assert exporter.export([span]) is SpanExportResult.SUCCESS
    leaving.join()
    totals = receiver.totals()
    assert totals["spans"] == 1
    # It does not storm.
    (told,) = totals["refused"].values()
    assert told < 20


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_a_flask_application_that_knows_of_nothing(receiver: Receiver, shop: Path, protocol: str) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "OTEL_SERVICE_NAME": "shop",
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.grpc if protocol == "grpc" else receiver.http,
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_PYTHON_LOG_CODE_ATTRIBUTES": "true",
    }
    port = free_port()
    command = ["opentelemetry-instrument", "flask", "--app", "app", "run", "--port", str(port)]
    flask = subprocess.Popen(command, cwd=shop, env=environment, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}/orders"
    poll(lambda: answers(f"{url}/0"), "the application answers")
    for number in range(1, REQUESTS):
        answers(f"{url}/{number}")
    flask.send_signal(signal.SIGINT)
    _, said = flask.communicate(timeout=60)
    totals = receiver.totals()
    assert totals["spans"] == REQUESTS, said
    # What the application says where it is: its warnings by path, its exceptions by their stack.
    assert totals["placed"]["path"] >= REQUESTS, totals
    assert totals["errors"] >= REQUESTS // 10, totals
    assert totals["refused"] == {}


@pytest.mark.skipif(
    not (ROOT / "tests/node/node_modules").exists(), reason="npm, which brings the SDK, is not installed"
)
@pytest.mark.parametrize("protocol", ["grpc", "proto", "json"])
def test_a_node_service(receiver: Receiver, protocol: str) -> None:
    endpoint = receiver.grpc if protocol == "grpc" else receiver.http
    command = ["node", ROOT / "tests/node/service.mjs", protocol, endpoint, str(REQUESTS)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    sent = json.loads(said.stdout.splitlines()[-1])["sent"]
    totals = receiver.totals()
    # Of each request the client's, the server's and our own.
    assert sent == 3 * REQUESTS, said.stderr
    assert totals["spans"] == sent
    assert totals["errors"] == REQUESTS // 10
    assert totals["refused"] == {}


def test_a_rust_service() -> None:
    with Receiver(ROOT) as receiver:
        command = [RELEASE / "examples/service", receiver.grpc, "2000"]
        sent = int(subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout)
        totals = receiver.totals()
    assert totals["spans"] == sent == 8000
    assert totals["placed"]["path"] == sent
    assert totals["errors"] == 200
    assert totals["refused"] == {}
