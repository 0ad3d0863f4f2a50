using System.Security.Cryptography;
using Netcd.Api.Access;
using Netcd.Base;
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

    // The number is that of the entry before the login's. A member that has applied that one but not yet the login's,
    // which it has heard to be committed, need not refuse either.
    public bool MustWait(ReadOnlySpan<byte> token, out LogIndex index)
    {
        if (!SimpleTokens.TryGetIndex(token, out index) || index < member.AppliedIndex)
        {
            return false;
        }

        if (index == member.AppliedIndex)
        {
            index = index.Next;
            return index <= member.CommittedIndex && !member.Tokens.TryUse(token, out _);
        }

        return true;
    }

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
