namespace Netcd.Load.Connections;

/// <summary>One call in flight.</summary>
internal abstract class LoadCall
{
    public int StreamId { get; set; }

    /// <summary>A piece of the answer, with gRPC's prefixes in it.</summary>
    public virtual void OnData(ReadOnlySpan<byte> data)
    {
    }

    /// <summary>The call is over; null when it succeeded.</summary>
    public abstract void OnEnd(string? error);
}
