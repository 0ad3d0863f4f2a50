using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Netcd.Api.Metrics;
using Netcd.Daemon.Flags;
using Netcd.Daemon.Serving;
using Netcd.Grpc;
using Netcd.Grpc.Client;
using Netcd.Grpc.Server;
using Empty = Google.Protobuf.WellKnownTypes.Empty;

namespace Netcd.Daemon.Tests.Serving;

public sealed class TracingTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static readonly string[] Names =
    [
        "--enable-distributed-tracing", "--distributed-tracing-sampling-rate=", "--distributed-tracing-service-name=",
        "--distributed-tracing-instance-id=", "--distributed-tracing-address=",
    ];

    private static readonly string[] OldNames =
    [
        "--experimental-enable-distributed-tracing", "--experimental-distributed-tracing-sampling-rate=",
        "--experimental-distributed-tracing-service-name=", "--experimental-distributed-tracing-instance-id=",
        "--experimental-distributed-tracing-address=",
    ];

    [Theory]
    [InlineData(false, 1_000_000, "", true)]
    [InlineData(true, 1_000_000, "", true)]
    [InlineData(false, 0, "", false)]
    [InlineData(true, 0, "", false)]
    [InlineData(false, 0, Parent, true)]
    public async Task Spans_of_sampled_calls_reach_the_collector(bool isOld, int rate, string parent, bool isSampled)
    {
        var names = isOld ? OldNames : Names;
        var received = new Answering("Export");
        await using var collector = await StartAsync(
            new Method("opentelemetry.proto.collector.trace.v1.TraceService", "Export", received), null);
        var options = Options(
            names[0], $"{names[1]}{rate}", $"{names[2]}shown-service", $"{names[3]}shown-instance",
            $"{names[4]}127.0.0.1:{Port(collector)}");
        var watch = new CallWatch(
            new CallWatchOptions { Traces = true }, new MetricsPage(), TimeProvider.System, NullLogger.Instance);
        var tracing = Tracing.Start(options);
        Assert.NotNull(tracing);
        await using (var served = await StartAsync(new Method("shown.Service", "Call", new Answering("Call")), watch))
        {
            using var channel = new GrpcChannel(new Uri($"http://127.0.0.1:{Port(served)}"));
            await channel.CallAsync(
                "/shown.Service/Call",
                new Empty(),
                Empty.Parser,
                new CallOptions { Metadata = parent.Length > 0 ? [new("traceparent", parent)] : [] });
        }

        // Disposing sends what there is.
        tracing.Dispose();
        var sent = received.Messages;
        Assert.Equal(isSampled, sent.Contains("shown.Service/Call", StringComparison.Ordinal));
        Assert.Equal(isSampled, sent.Contains("shown-service", StringComparison.Ordinal));
        Assert.Equal(isSampled, sent.Contains("shown-instance", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_traced_unless_asked_for() => Assert.Null(Tracing.Start(Options()));

    private static DaemonOptions Options(params string[] arguments)
    {
        var values = new FlagValues();
        ServerArguments.Parse(arguments, values);
        return new DaemonOptions(values);
    }

    private static async Task<GrpcHost> StartAsync(Method method, ICallObserver? observer)
    {
        var host = new GrpcHost(new GrpcHostOptions
        {
            Listeners = [new ListenerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }],
            Methods = new MethodTable([method]),
            Observer = observer,
        });
        await host.StartAsync();
        return host;
    }

    private static int Port(GrpcHost host) => ((IPEndPoint)host.EndPoints[0]).Port;

    private sealed class Answering(string name) : IUnaryHandler
    {
        private readonly StringBuilder _messages = new(name);

        public string Messages
        {
            get
            {
                lock (_messages)
                {
                    return _messages.ToString();
                }
            }
        }

        public CallStep Invoke(in CallHead head, ReadOnlySpan<byte> message, ref ReplyWriter reply, CallTicket ticket)
        {
            lock (_messages)
            {
                _messages.Append(Encoding.Latin1.GetString(message));
            }

            reply.Message(0);
            return CallStep.Done;
        }
    }
}
