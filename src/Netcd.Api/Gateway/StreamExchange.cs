using Microsoft.AspNetCore.Http;
using Netcd.Api.Gateway.Json;
using Netcd.Base;
using Netcd.Base.Buffers;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>
/// One streaming call: JSON values come in one after the other, answers leave as lines <c>{"result":...}</c> as soon as
/// they are made (grpc-gateway, runtime/handler.go, ForwardResponseStream).
/// </summary>
internal sealed class StreamExchange(
    JsonGateway gateway, HttpContext context, Route route, Method method, TimeSpan? timeout) : IDisposable
{
    private readonly StreamOutput _output = new();
    private readonly ProtoJsonWriter _writer = new(escapesHtml: true);
    private readonly PooledBuffer _lines = new();

    // Serialises the calls into the handler's object. Order: this lock before the output's.
    private readonly Lock _handlerGate = new();
    private IStreamCall? _call;
    private ObservedCall _observed;
    private StatusCode? _code;
    private bool _isClosed;
    private bool _hasAnswered;

    public static async Task RunAsync(
        JsonGateway gateway, HttpContext context, Route route, Method method, TimeSpan? timeout)
    {
        using var exchange = new StreamExchange(gateway, context, route, method, timeout);
        await exchange.RunAsync();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _lines.Dispose();
    }

    private async Task RunAsync()
    {
        using var expiry = timeout is { } limit
            ? new CancellationTokenSource(limit, gateway.Api.Time)
            : new CancellationTokenSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, expiry.Token);
        var reading = Task.CompletedTask;
        var reason = StreamCloseReason.Finished;
        try
        {
            if (method.IsClientStreaming)
            {
                Open();
                reading = ReadAsync(over.Token);
            }
            else if (await ReadOneAsync() is { } refusal)
            {
                await GatewayErrors.AnswerAsync(context, refusal);
                return;
            }

            await WriteAsync(over.Token);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            reason = StreamCloseReason.Canceled;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            reason = StreamCloseReason.DeadlineExceeded;
            await EndAsync(GrpcErrors.DeadlineExceeded);
        }
        finally
        {
            _output.Close();
            await over.CancelAsync();
            await reading;
            Close(reason);
        }
    }

    private void Open()
    {
        var handler = method.Stream;
        Invariant.Check(handler is not null);
        var time = gateway.Api.Time;
        var deadline = timeout is { } limit
            ? time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency)
            : 0;
        var metadata = new GatewayMetadata(context.Request.Headers);
        var head = new CallHead(method, deadline, metadata, JsonGateway.PeerOf(context));
        _observed = new ObservedCall(gateway.Api, head);
        lock (_handlerGate)
        {
            _call = handler.Open(head, _output);
        }
    }

    /// <summary>Of a method that takes one request: reads it, opens the call and hands it over.</summary>
    private async ValueTask<Status?> ReadOneAsync()
    {
        using var body = new PooledBuffer();
        using var request = new WireBuilder(gateway.MessageBytesMax);
        var refusal = await gateway.ReadBodyAsync(context, body)
            ?? JsonRequest.Read(route.Request, body.Span, request, gateway.MessageBytesMax);
        if (refusal is not null)
        {
            return refusal;
        }

        Open();
        Pass(request.Finish());
        Guard(static call => call.OnHalfClose());
        return null;
    }

    /// <summary>
    /// Passes requests on as they come. As in Go, the body's end and a value that is none both end the requests, not
    /// the call.
    /// </summary>
    private async Task ReadAsync(CancellationToken cancellation)
    {
        try
        {
            await ReadValuesAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // The call is over; the writing loop says how.
            return;
        }
        catch (RefusedBodyException)
        {
            _output.Finish(JsonGateway.TooManyRequests);
            return;
        }
        catch (IOException)
        {
            // The body broke off, or the client left and RequestAborted follows.
        }
        catch
        {
            _output.Finish(GrpcErrors.HandlerFailed);
            throw;
        }

        Guard(static call => call.OnHalfClose());
    }

    private async Task ReadValuesAsync(CancellationToken cancellation)
    {
        using var body = new PooledBuffer();
        var scanner = default(GoJsonScanner);
        var scanned = 0;
        while (!_output.IsEnding && scanner.Problem is null)
        {
            if (scanner.TryEnd(body.Span[scanned..], out var used))
            {
                if (!TryPass(body.Span[..(scanned + used)]))
                {
                    return;
                }

                body.Drop(scanned + used);
                body.ReturnBudget();
                scanner = default;
                scanned = 0;
                continue;
            }

            scanned += used;
            if (body.Length > gateway.ValueBytesMax)
            {
                _output.Finish(GrpcErrors.MessageTooLarge(body.Length, gateway.MessageBytesMax));
                return;
            }

            await gateway.TakeBudgetAsync(context, body, cancellation);
            var read = scanner.Problem is null ? await JsonGateway.ReadSomeAsync(context, body, cancellation) : 0;
            if (read == 0)
            {
                return;
            }

            body.Advance(read);
        }
    }

    /// <summary>Passes one value on; false ends the requests.</summary>
    private bool TryPass(ReadOnlySpan<byte> value)
    {
        using var request = new WireBuilder(gateway.MessageBytesMax);
        if (JsonRequest.Map(route.Request, value, request, gateway.MessageBytesMax) is { } refusal)
        {
            if (request.IsTooLarge)
            {
                _output.Finish(refusal);
            }

            return false;
        }

        Pass(request.Finish());
        return true;
    }

    private void Pass(ReadOnlyMemory<byte> message)
    {
        lock (_handlerGate)
        {
            if (!_isClosed && !_output.IsEnding)
            {
                _call?.OnMessage(message.Span);
            }
        }
    }

    private void Guard(Action<IStreamCall> action)
    {
        lock (_handlerGate)
        {
            if (!_isClosed && !_output.IsEnding && _call is { } call)
            {
                action(call);
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        while (true)
        {
            if (_output.TryTake(out var end) is { } message)
            {
                WriteLine(message);
                message.Release();

                // One line, one chunk: clients read a chunk and take it for a message (python3-etcd3gw, watch.py).
                await FlushAsync(cancellation);
            }
            else if (end is not null)
            {
                await EndAsync(end);
                return;
            }
            else if (_output.TakeWritable())
            {
                Guard(static call => call.OnWritable());
            }
            else
            {
                await _output.WaitAsync(cancellation);
            }
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellation)
    {
        if (_lines.Length > 0)
        {
            await context.Response.BodyWriter.WriteAsync(_lines.Memory, cancellation);
            _lines.Drop(_lines.Length);
        }
    }

    private void WriteLine(SharedBytes message)
    {
        if (!_hasAnswered)
        {
            _hasAnswered = true;
            context.Response.ContentType = "application/json";
            context.Response.Headers["Grpc-Metadata-Content-Type"] = "application/grpc";
        }

        var output = new JsonOutput(_lines);
        output.Raw("{\"result\":"u8);
        _writer.Begin(route.Response, message.Memory);
        _writer.TryComplete(output, long.MaxValue);
        output.Raw("}\n"u8);
    }

    // An end that is good has no line; before any answer there are only the headers of a body in pieces.
    private async Task EndAsync(Status end)
    {
        _code = end.Code;
        if (!end.IsOK)
        {
            if (!_hasAnswered)
            {
                context.Response.StatusCode = GatewayErrors.HttpStatusOf(end.Code);
                context.Response.ContentType = "application/json";
            }

            var output = new JsonOutput(_lines);
            output.Raw("{\"error\":"u8);
            GatewayErrors.Write(output, end, escapesHtml: true);
            output.Raw("}\n"u8);
        }

        await FlushAsync(context.RequestAborted);
        await context.Response.StartAsync(context.RequestAborted);
    }

    private void Close(StreamCloseReason reason)
    {
        lock (_handlerGate)
        {
            _isClosed = true;
            _call?.OnClosed(reason);
        }

        _observed.End(method, JsonGateway.PeerOf(context), _code ?? StatusCode.Canceled);
    }
}
