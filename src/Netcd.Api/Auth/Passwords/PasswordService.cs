using System.Text;
using Microsoft.Extensions.Logging;
using Netcd.Api.Calls;
using Netcd.Mvcc;

namespace Netcd.Api.Auth.Passwords;

/// <summary>Hashes and checks passwords, on threads of its own.</summary>
internal sealed class PasswordService
{
    private const int LoggedNameMax = 64;

    private readonly PasswordWorkers _workers = new();
    private readonly LoginCache _logins = new();
    private readonly int _cost;
    private readonly byte[] _nobody;
    private readonly ILogger _logger;

    /// <param name="cost">--bcrypt-cost.</param>
    /// <param name="logger">Hears of refused logins.</param>
    public PasswordService(int cost, ILogger logger)
    {
        _cost = cost is >= Bcrypt.CostMin and <= Bcrypt.CostMax ? cost : Bcrypt.DefaultCost;
        _nobody = Encoding.ASCII.GetBytes($"$2a${_cost:00}${new string('.', 53)}");
        _logger = logger;
    }

    /// <summary>Hashes a password; false if too many wait.</summary>
    /// <param name="password">Not longer than <see cref="Bcrypt.PasswordBytesMax"/>.</param>
    /// <param name="then">Gets the stored form, on a worker.</param>
    public bool TryHash(byte[] password, Action<byte[]> then) => _workers.TryRun(() =>
    {
        var hash = Bcrypt.Hash(password, _cost);
        Array.Clear(password);
        then(hash);
    });

    /// <summary>Whether a user is known to have this password, without reckoning.</summary>
    public bool Remembers(AuthUser user, ReadOnlySpan<byte> password) =>
        _logins.Contains(_logins.DigestOf(user, password));

    /// <summary>Checks a password; false if too many wait.</summary>
    /// <param name="user">Null for a name that nobody has, which takes as long to find out.</param>
    /// <param name="password">What was given.</param>
    /// <param name="then">Gets the verdict, on a worker.</param>
    public bool TryVerify(AuthUser? user, byte[] password, Action<bool> then) => _workers.TryRun(() =>
    {
        if (user is null)
        {
            Bcrypt.Verify(_nobody, password);
            then(false);
            return;
        }

        // The same login may have been waiting in front of this one.
        var digest = _logins.DigestOf(user, password);
        var isRight = _logins.Contains(digest);
        if (!isRight && Bcrypt.Verify(user.Password, password))
        {
            _logins.Add(digest);
            isRight = true;
        }

        if (!isRight)
        {
            LogLine.Write(
                _logger,
                LogLevel.Information,
                "invalid password",
                new KeyValuePair<string, object?>("user-name", Shown(user.Name)));
        }

        then(isRight);
    });

    /// <summary>A line for each login that was refused.</summary>
    public void Refused(ReadOnlySpan<byte> name, string error) => LogLine.Write(
        _logger,
        LogLevel.Warning,
        "invalid authentication was requested",
        new("user", Shown(name)),
        new("error", error));

    // Of a name no more than the beginning.
    private static string Shown(ReadOnlySpan<byte> name) =>
        Encoding.UTF8.GetString(name[..Math.Min(name.Length, LoggedNameMax)]);
}
