using System.Security.Cryptography;
using Netcd.Api.Access;
using Netcd.Server;
using Netcd.Server.Auth;

namespace Netcd.Api.Auth.Tokens;

/// <summary>Tokens that every member keeps in memory: 16 random letters, a dot, and an index of the log.</summary>
internal sealed class SimpleTokenProvider(IMember member) : ITokenProvider
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const int PrefixLetters = 16;

    public bool IssuesAtOnce => true;

    public bool TryIdentify(ReadOnlySpan<byte> token, out Caller caller)
    {
        var isKnown = member.Tokens.TryUse(token, out var user);
        caller = new Caller(user, null);
        return isKnown;
    }

    // The number is that of the entry before the login's. A member that has applied just that one knows the token in a
    // moment; etcd refuses it until then.
    public bool MustWait(ReadOnlySpan<byte> token) =>
        SimpleTokens.TryGetIndex(token, out var index)
        && index >= member.AppliedIndex
        && !member.Tokens.TryUse(token, out _);

    public byte[] NewPrefix()
    {
        var prefix = new byte[PrefixLetters];
        for (var i = 0; i < prefix.Length; i++)
        {
            prefix[i] = (byte)Letters[RandomNumberGenerator.GetInt32(Letters.Length)];
        }

        return prefix;
    }

    public byte[]? Issue(byte[] user, ulong revision, byte[] applied) => applied;
}
