using Netcd.Grpc.Client;

namespace Netcd.Proxy.Calls;

/// <summary>The members that calls go to: one at a time, the next when it is gone. Thread safe.</summary>
public sealed class Upstream : IDisposable
{
    private readonly GrpcChannel[] _channels;
    private int _current;

    /// <param name="channels">One for each endpoint; taken over.</param>
    public Upstream(IReadOnlyList<GrpcChannel> channels) => _channels = [.. channels];

    public int Count => _channels.Length;

    public GrpcChannel Current => _channels[(uint)Volatile.Read(ref _current) % _channels.Length];

    /// <summary>The channel did not answer: the next is used from now on.</summary>
    public void Failed(GrpcChannel channel)
    {
        var current = Volatile.Read(ref _current);
        if (ReferenceEquals(_channels[(uint)current % _channels.Length], channel))
        {
            Interlocked.CompareExchange(ref _current, current + 1, current);
        }
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }
}
