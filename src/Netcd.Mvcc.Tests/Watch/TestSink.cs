using Netcd.Base.Buffers;

namespace Netcd.Mvcc.Tests;

/// <summary>A stream's outgoing side that takes as many messages as the test lets it.</summary>
internal sealed class TestSink : IWatchSink
{
    private readonly List<SeenResponse> _responses = [];

    /// <summary>Messages that it still takes before it is full.</summary>
    public int Room { get; set; } = int.MaxValue;

    public bool HasRefused { get; set; }

    /// <summary>Everything since the last call.</summary>
    public List<SeenResponse> Take()
    {
        lock (_responses)
        {
            List<SeenResponse> taken = [.. _responses];
            _responses.Clear();
            return taken;
        }
    }

    public bool TryWrite(ReadOnlySpan<byte> head, SharedBytes? body)
    {
        if (Room == 0)
        {
            body?.Release();
            HasRefused = true;
            return false;
        }

        Room -= Room == int.MaxValue ? 0 : 1;
        byte[] message = body is null ? head.ToArray() : [.. head, .. body.Span];
        body?.Release();
        lock (_responses)
        {
            _responses.Add(SeenResponse.Parse(message));
        }

        return true;
    }
}
