using Google.Protobuf;

namespace Netcd.Proxy.Kv;

/// <summary>The keys of a request: one key (no end), or those from the key on and before the end.</summary>
internal readonly record struct KeyInterval(ByteString Key, ByteString End)
{
    public bool IsPoint => End.IsEmpty;

    // The end "\0" means: all that follow.
    private bool IsOpen => End.Length == 1 && End[0] == 0;

    /// <summary>What is watched: nothing is wrong with a single key, nor with an end behind the key.</summary>
    public bool IsValid => IsPoint || IsOpen || End.Span.SequenceCompareTo(Key.Span) > 0;

    public bool Contains(ByteString key) => IsPoint
        ? Key.Equals(key)
        : Key.Span.SequenceCompareTo(key.Span) <= 0 && IsBeforeEnd(key);

    public bool Meets(KeyInterval other)
    {
        if (other.IsPoint)
        {
            return Contains(other.Key);
        }

        return IsPoint ? other.Contains(Key) : IsBeforeEnd(other.Key) && other.IsBeforeEnd(Key);
    }

    private bool IsBeforeEnd(ByteString key) => IsOpen || key.Span.SequenceCompareTo(End.Span) < 0;
}
