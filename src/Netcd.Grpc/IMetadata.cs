namespace Netcd.Grpc;

/// <summary>Request metadata by lower-case key; valid until the handler's method returns.</summary>
public interface IMetadata
{
    /// <summary>The first value of a key.</summary>
    bool TryGetValue(string key, out ReadOnlySpan<byte> value);
}
