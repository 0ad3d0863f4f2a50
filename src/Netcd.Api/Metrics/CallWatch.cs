using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Netcd.Base.Metrics;
using Netcd.Grpc;
using Netcd.Grpc.Server;

namespace Netcd.Api.Metrics;

/// <summary>
/// Says which unary calls took long, measures all of them if that is wanted (<c>--metrics=extensive</c>), and makes
/// spans of them if traces are sent. Upstream: server/etcdserver/api/v3rpc/interceptor.go, go-grpc-middleware,
/// otelgrpc.
/// </summary>
public sealed class CallWatch : ICallObserver
{
    /// <summary>Where the spans come from.</summary>
    public const string SourceName = "netcd";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly double[] HandlingBounds = [.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly CallWatchOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<Method, Histogram> _seconds = new();

    public CallWatch(CallWatchOptions options, MetricsPage page, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(page);
        _options = options;
        _logger = logger;
        _time = time;
        if (options.MeasuresAll)
        {
            page.AddHistograms("grpc_server_handling_seconds", "Time until a call was handled.", Series);
        }
    }

    /// <inheritdoc/>
    public bool ObservesAll => _options.MeasuresAll || _options.Traces || ReadsAnswers;

    /// <inheritdoc/>
    public bool ReadsAnswers => _logger.IsEnabled(LogLevel.Debug);

    /// <inheritdoc/>
    public object? Began(in CallHead head)
    {
        if (!_options.Traces)
        {
            return null;
        }

        var parent = default(ActivityContext);
        if (head.Metadata.TryGetValue("traceparent", out var value))
        {
            _ = ActivityContext.TryParse(Encoding.Latin1.GetString(value), null, isRemote: true, out parent);
        }

        var method = head.Method;
        var span = Source.CreateActivity($"{method.Service}/{method.Name}", ActivityKind.Server, parent);
        if (span is not null)
        {
            span.SetTag("rpc.system", "grpc").SetTag("rpc.service", method.Service).SetTag("rpc.method", method.Name);
            span.Start();

            // What the connection does next is another call's.
            Activity.Current = null;
        }

        return span;
    }

    /// <inheritdoc/>
    public void Ended(in CallEnd end)
    {
        if (end.State is Activity span)
        {
            span.SetTag("rpc.grpc.status_code", (int)end.Code);
            span.SetStatus(end.Code == StatusCode.OK ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
            span.Stop();
            Activity.Current = null;
        }

        if (_options.MeasuresAll)
        {
            _seconds.GetOrAdd(end.Method, static _ => new Histogram(HandlingBounds))
                .Observe(end.Took.TotalSeconds);
        }

        // Those that wait for long are made of streams here; they are unary calls to their clients.
        if (end.Method.IsClientStreaming || end.Method.IsServerStreaming)
        {
            return;
        }

        if (ReadsAnswers)
        {
            RequestStats.Write(_logger, LogLevel.Debug, _time, end);
        }
        else if (end.Took > _options.SlowerThan)
        {
            RequestStats.Write(_logger, LogLevel.Warning, _time, end);
        }
    }

    private IEnumerable<(string Labels, Histogram Histogram)> Series()
    {
        foreach (var (method, histogram) in _seconds)
        {
            var type = method.IsClientStreaming ? "bidi_stream" : method.IsServerStreaming ? "server_stream" : "unary";
            yield return (
                MetricsPage.Labels(
                    ("grpc_method", method.Name), ("grpc_service", method.Service), ("grpc_type", type)),
                histogram);
        }
    }
}
