using System.Threading.Channels;
using Netcd.Client.Leases;

namespace Netcd.Client;

/// <summary>A lease that is kept alive. Disposing stops that; the lease then expires by itself.</summary>
/// <example>
/// <code>
/// await using var keepAlive = client.Leases.KeepAlive(lease.ID);
/// await foreach (var answer in keepAlive.ReadAllAsync())
/// {
///     Console.WriteLine($"lease {answer.ID:x} keepalived with TTL({answer.TTL})");
/// }
///
/// Console.WriteLine("the lease is gone");
/// </code>
/// </example>
public sealed class LeaseKeepAlive : IAsyncDisposable
{
    // As etcd's client: answers that nobody reads are dropped, the oldest first.
    private const int AnswersMax = 16;

    private readonly LeaseKeeper _keeper;
    private readonly CancellationTokenSource _lost = new();
    private readonly Channel<LeaseKeepAliveResponse> _answers =
        Channel.CreateBounded<LeaseKeepAliveResponse>(
            new BoundedChannelOptions(AnswersMax) { FullMode = BoundedChannelFullMode.DropOldest });

    internal LeaseKeepAlive(LeaseKeeper keeper, long id)
    {
        _keeper = keeper;
        Id = id;
        Lost = _lost.Token;
    }

    /// <summary>The lease.</summary>
    public long Id { get; }

    /// <summary>
    /// Cancelled when the lease is gone or can no longer be trusted to be there (no answer for as long as its time),
    /// when this object is disposed, and when the client ends.
    /// </summary>
    public CancellationToken Lost { get; }

    /// <summary>The servers' answers until the lease is gone. Those that nobody reads in time are left out.</summary>
    public IAsyncEnumerable<LeaseKeepAliveResponse> ReadAllAsync(CancellationToken cancellationToken = default) =>
        _answers.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Stops keeping the lease alive.</summary>
    public ValueTask DisposeAsync()
    {
        _keeper.Remove(this);
        End();
        return ValueTask.CompletedTask;
    }

    internal void Answered(LeaseKeepAliveResponse answer) => _answers.Writer.TryWrite(answer);

    internal void End()
    {
        if (_answers.Writer.TryComplete())
        {
            // Those who listen run elsewhere: one that waits, or throws, must not keep the keeper from other leases.
            _ = _lost.CancelAsync();
        }
    }
}
