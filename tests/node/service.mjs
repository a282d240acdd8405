// A service with OpenTelemetry's SDK: node service.mjs grpc|proto|json ENDPOINT REQUESTS
// Answers requests of its own and prints how many spans its exporter reports as sent.

import { SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter as Grpc } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as Json } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as Proto } from "@opentelemetry/exporter-trace-otlp-proto";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { createRequire } from "node:module";

const [protocol, endpoint, requests] = process.argv.slice(2);
const Exporter = { grpc: Grpc, proto: Proto, json: Json }[protocol];
const exporter = new Exporter({ url: protocol === "grpc" ? endpoint : `${endpoint}/v1/traces` });

let sent = 0;
const counting = {
    export(spans, done) {
        exporter.export(spans, (result) => {
            sent += result.code === 0 ? spans.length : 0;
            done(result);
        });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
};
const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": "node" }),
    spanProcessors: [new BatchSpanProcessor(counting, { maxQueueSize: 1_000_000 })],
});
provider.register();
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

// What is imported is not instrumented, what is required is.
const http = createRequire(import.meta.url)("node:http");
const tracer = trace.getTracer("service");

function handle(request, response) {
    tracer.startActiveSpan("handle", { attributes: { "code.function.name": "handle" } }, (span) => {
        if (request.url.endsWith("7")) {
            span.recordException(new Error("seven is not liked"));
            span.setStatus({ code: SpanStatusCode.ERROR, message: "seven is not liked" });
        }
        span.end();
        response.end("ok");
    });
}

const server = http.createServer(handle).listen(0, "127.0.0.1", async () => {
    const { port } = server.address();
    for (let number = 0; number < Number(requests); number += 1) {
        await new Promise((resolve, reject) => {
            http.get({ port, host: "127.0.0.1", path: `/${number}` }, (response) => {
                response.resume().on("end", resolve);
            }).on("error", reject);
        });
    }
    await new Promise((resolve) => server.close(resolve));
    await provider.shutdown();
    console.log(JSON.stringify({ sent }));
});
