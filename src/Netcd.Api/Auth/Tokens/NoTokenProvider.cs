using Netcd.Api.Access;

namespace Netcd.Api.Auth.Tokens;

/// <summary><c>--auth-token=</c>: nobody gets a token; users come with certificates.</summary>
internal sealed class NoTokenProvider : ITokenProvider
{
    public bool IssuesAtOnce => true;

    public bool TryIdentify(ReadOnlySpan<byte> token, out Caller caller)
    {
        caller = default;
        return false;
    }

    public bool MustWait(ReadOnlySpan<byte> token) => false;

    public byte[] NewPrefix() => [];

    public byte[]? Issue(byte[] user, ulong revision, byte[] applied) => null;
}
