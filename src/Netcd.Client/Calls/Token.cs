namespace Netcd.Client.Calls;

/// <summary>
/// The token of a client with a user's name and password: got before the first call, renewed when a server does not
/// know it any more. Thread safe; many calls that are refused together ask for one new token.
/// </summary>
internal sealed class Token(EtcdClientOptions options) : IDisposable
{
    public const string AuthenticatePath = "/etcdserverpb.Auth/Authenticate";

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly bool _hasUser = options.Username is { Length: > 0 } && options.Password is { Length: > 0 };
    private string? _text = options.Token;
    private int _generation;

    /// <summary>Whether a refusal means "ask again with a new token".</summary>
    public bool IsRefused(string description) =>
        options.Token is null
        && ((_hasUser && description == EtcdErrors.UserEmpty)
            || description is EtcdErrors.InvalidAuthToken or EtcdErrors.AuthOldRevision);

    /// <summary>The token to send; empty for none.</summary>
    public ValueTask<string> GetAsync(Caller caller, bool renew, CancellationToken cancellationToken) =>
        options.Token is not null || !_hasUser || (_text is not null && !renew)
            ? ValueTask.FromResult(_text ?? "")
            : new ValueTask<string>(FetchAsync(caller, cancellationToken));

    /// <summary>Gets a new token; nothing without a user, whose call is then just made again.</summary>
    public Task RenewAsync(Caller caller, CancellationToken cancellationToken) =>
        _hasUser ? FetchAsync(caller, cancellationToken) : Task.CompletedTask;

    public void Dispose() => _one.Dispose();

    private async Task<string> FetchAsync(Caller caller, CancellationToken cancellationToken)
    {
        var seen = Volatile.Read(ref _generation);
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_text is not null && seen != _generation)
            {
                return _text;
            }

            _text = await caller.AuthenticateAsync(
                options.Username!, options.Password!, cancellationToken).ConfigureAwait(false); // Both: _hasUser.
            _generation++;
            return _text;
        }
        finally
        {
            _one.Release();
        }
    }
}
