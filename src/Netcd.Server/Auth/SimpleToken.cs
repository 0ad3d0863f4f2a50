namespace Netcd.Server.Auth;

/// <summary>A token that was given out: whose it is, and until when.</summary>
internal sealed class SimpleToken(byte[] user, long expiry)
{
    private long _expiry = expiry;

    public byte[] User { get; } = user;

    /// <summary>Timestamp of the clock; any thread.</summary>
    public long Expiry
    {
        get => Volatile.Read(ref _expiry);
        set => Volatile.Write(ref _expiry, value);
    }
}
