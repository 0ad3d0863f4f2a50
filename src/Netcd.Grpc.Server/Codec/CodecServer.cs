using Microsoft.AspNetCore.Connections;
using Netcd.Grpc.Server.Calls;
using Netcd.Grpc.Server.Timers;
using Netcd.Grpc.Server.Web;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>What the connections of a host share.</summary>
internal sealed class CodecServer : IDisposable
{
    private static readonly TimeSpan GrpcDefaultMinTime = TimeSpan.FromMinutes(5);

    public CodecServer(GrpcHostOptions options, WebApplication application, HandlerFault fault)
    {
        Options = options;
        Application = application;
        Fault = fault;
        Deadlines = new Deadlines(options.Time);
        Settings = Http2SettingsOf(options);
    }

    public GrpcHostOptions Options { get; }

    public GrpcLimits Limits => Options.Limits;

    public MethodTable Methods => Options.Methods;

    public ICallObserver? Observer => Options.Observer;

    public TimeProvider Time => Options.Time;

    public WebApplication Application { get; }

    public HandlerFault Fault { get; }

    public Deadlines Deadlines { get; }

    public Http2Settings Settings { get; }

    public Task ServeAsync(ConnectionContext connection) => new ConnectionDriver(this, connection).RunAsync();

    /// <summary>The timestamp at which a call expires, 0 for never.</summary>
    public long Due(in RequestHead head)
    {
        if (!head.HasTimeout)
        {
            return 0;
        }

        var length = head.Timeout.TotalSeconds * Time.TimestampFrequency;
        return length > long.MaxValue / 2 ? 0 : Math.Max(1, Time.GetTimestamp() + (long)length);
    }

    public void Dispose() => Deadlines.Dispose();

    private static Http2Settings Http2SettingsOf(GrpcHostOptions options)
    {
        var limits = options.Limits;
        var pings = limits.KeepAliveInterval > TimeSpan.Zero && limits.KeepAliveTimeout > TimeSpan.Zero;
        return new Http2Settings
        {
            ConcurrentStreamsMax = limits.StreamsPerConnectionMax,
            HeaderListBytesMax = limits.HeaderBytesMax,
            TimestampFrequency = options.Time.TimestampFrequency,
            HandshakeTimeout = limits.PrefaceTimeout,
            KeepaliveInterval = pings ? limits.KeepAliveInterval : TimeSpan.Zero,
            KeepaliveTimeout = limits.KeepAliveTimeout,

            // etcd leaves the policy to grpc-go when the flag is 0.
            KeepaliveMinTime = limits.KeepAliveMinTime > TimeSpan.Zero ? limits.KeepAliveMinTime : GrpcDefaultMinTime,
            OutputBytesMax = limits.ConnectionOutputBytesMax,
        };
    }
}
