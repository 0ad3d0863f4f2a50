using Netcd.Grpc.Server.Timers;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Server.Codec;

/// <summary>The state of one unary call; used again by later calls of its connection.</summary>
internal sealed class UnaryCall(IDeadlineOwner owner)
{
    private MessageReader _reader;

    /// <summary>Null between calls.</summary>
    public Method? Method { get; set; }

    /// <summary>What was copied of the request's headers.</summary>
    public KeptMetadata Metadata { get; } = new();

    /// <summary>Its entry in the wheel, scheduled only while the call is pending.</summary>
    public Deadline Deadline { get; } = new(owner);

    /// <summary>Timestamp of the deadline, 0 for none.</summary>
    public long Due { get; set; }

    public string? Subtype { get; set; }

    /// <summary>The message was handed on, or the call was answered without one.</summary>
    public bool HasMessage { get; set; }

    public bool IsPending { get; set; }

    /// <summary>When the observed call began; 0 when it is not observed.</summary>
    public long StartedAt { get; set; }

    /// <summary>What the observer remembers of it.</summary>
    public object? Observed { get; set; }

    /// <summary>The message of a pending call, where its handler keeps it.</summary>
    public ReadOnlyMemory<byte> Request { get; set; }

    public ref MessageReader Reader => ref _reader;

    public void Begin(Method method, RequestHead head, int receiveBytesMax, long due)
    {
        Method = method;
        Due = due;
        Subtype = head.Subtype;
        HasMessage = false;
        IsPending = false;
        StartedAt = 0;
        Observed = null;
        Request = default;
        _reader = new MessageReader(receiveBytesMax, head.Encoding, head.EncodingName);
    }

    public void End()
    {
        _reader.Dispose();
        Metadata.Trim();
        Request = default;
        Method = null;
    }
}
