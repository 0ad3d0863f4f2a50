using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Netcd.Base;
using Netcd.Mvcc;

namespace Netcd.Server.Auth;

/// <summary>
/// The simple tokens in force. Every member gives the same ones out, as it applies the logins; none is on disk. A token
/// lives on with each use. Upstream: server/auth/simple_token.go.
/// </summary>
/// <remarks>
/// A token is 16 letters from whoever proposed the login, a dot, and the index of the entry before the login's: a
/// member that has not come so far yet knows that it has to wait.
/// </remarks>
/// <param name="lifetime">--auth-token-ttl.</param>
/// <param name="time">Clock of the expiries.</param>
public sealed class SimpleTokens(TimeSpan lifetime, TimeProvider time)
{
    private readonly ConcurrentDictionary<byte[], SimpleToken> _tokens = new(TokenComparer.Instance);
    private long _nextSweep;

    /// <summary>The name of a token's user; the token lives on from now.</summary>
    public bool TryUse(ReadOnlySpan<byte> token, [NotNullWhen(true)] out byte[]? user)
    {
        var now = time.GetTimestamp();
        if (_tokens.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(token, out var found) && now <= found.Expiry)
        {
            // Not at each of the many uses: a second more or less is nothing to a token.
            var expiry = ExpiryFrom(now);
            if (expiry - found.Expiry > time.TimestampFrequency / 4)
            {
                found.Expiry = expiry;
            }

            user = found.User;
            return true;
        }

        user = null;
        return false;
    }

    /// <summary>The index that a member must have applied before it can judge a token; false if it is none.</summary>
    public static bool TryGetIndex(ReadOnlySpan<byte> token, out LogIndex index)
    {
        var dot = token.IndexOf((byte)'.');
        var digits = token[(dot + 1)..];
        if (dot >= 0 && ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            index = new LogIndex(value);
            return true;
        }

        index = default;
        return false;
    }

    /// <summary>Applier: gives out the token of a login.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="prefix">The letters; without them nothing is given out.</param>
    /// <param name="entry">The login's entry.</param>
    internal byte[] Assign(ReadOnlySpan<byte> user, ReadOnlySpan<byte> prefix, LogIndex entry)
    {
        var number = Encoding.ASCII.GetBytes((entry.Value - 1).ToString(CultureInfo.InvariantCulture));
        byte[] token = [.. prefix, (byte)'.', .. number];
        var now = time.GetTimestamp();
        Sweep(now);
        if (!prefix.IsEmpty)
        {
            _tokens[token] = new SimpleToken(user.ToArray(), ExpiryFrom(now));
        }

        return token;
    }

    /// <summary>Takes the tokens of a user out of force.</summary>
    internal void RemoveUser(ReadOnlySpan<byte> user)
    {
        foreach (var (token, given) in _tokens)
        {
            if (user.SequenceEqual(given.User))
            {
                _tokens.TryRemove(token, out _);
            }
        }
    }

    /// <summary>Takes out of force the tokens of users who are gone or have another password now.</summary>
    internal void RemoveUnlessKept(AuthState before, AuthState now)
    {
        foreach (var (token, given) in _tokens)
        {
            if (before.FindUser(given.User) is not { } old || now.FindUser(given.User) is not { } user
                || !old.Password.AsSpan().SequenceEqual(user.Password))
            {
                _tokens.TryRemove(token, out _);
            }
        }
    }

    internal void Clear() => _tokens.Clear();

    private long ExpiryFrom(long now) => now + (long)(lifetime.TotalSeconds * time.TimestampFrequency);

    // Once a second at most; and when there are too many, those go that would go first.
    private void Sweep(long now)
    {
        if (_tokens.Count >= Limits.SimpleTokensMax)
        {
            var expiries = _tokens.Values.Select(static token => token.Expiry).ToArray();
            Array.Sort(expiries);
            Remove(expiries[expiries.Length / 4]);
        }
        else if (now >= _nextSweep)
        {
            _nextSweep = now + time.TimestampFrequency;
            Remove(now);
        }
    }

    private void Remove(long until)
    {
        foreach (var (token, given) in _tokens)
        {
            if (given.Expiry <= until)
            {
                _tokens.TryRemove(token, out _);
            }
        }
    }
}
