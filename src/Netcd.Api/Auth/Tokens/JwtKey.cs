namespace Netcd.Api.Auth.Tokens;

/// <summary>The key of one algorithm of JSON Web Signatures (RFC 7518); any thread.</summary>
internal abstract class JwtKey
{
    /// <summary>Whether there is only the public half: tokens are checked but not given out.</summary>
    public virtual bool IsVerifyOnly => false;

    public abstract byte[] Sign(ReadOnlySpan<byte> content);

    public abstract bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature);
}
