using System.Runtime.CompilerServices;
using Netcd.Client.Calls;
using Netcd.Client.Endpoints;
using Netcd.Grpc.Client;

namespace Netcd.Client;

/// <summary>
/// A streaming call at one endpoint, made by <see cref="EtcdClient.OpenStreamAsync{TResponse}"/>. Writing and reading
/// may go on side by side; disposing cancels the call.
/// </summary>
/// <typeparam name="TResponse">What the server sends.</typeparam>
/// <example>
/// <code>
/// using var stream = await client.OpenStreamAsync("/etcdserverpb.Maintenance/Snapshot", SnapshotResponse.Parser);
/// await stream.WriteAsync(new SnapshotRequest());
/// stream.CompleteWriting();
/// await foreach (var part in stream.ReadAllAsync())
/// {
///     Console.WriteLine(part.Blob.Length);
/// }
/// </code>
/// </example>
public sealed class EtcdStream<TResponse> : IDisposable
    where TResponse : IMessage<TResponse>
{
    private readonly Caller _caller;
    private readonly StreamingCall<TResponse> _call;
    private readonly EndpointState _endpoint;

    internal EtcdStream(Caller caller, StreamingCall<TResponse> call, EndpointState endpoint)
    {
        _caller = caller;
        _call = call;
        _endpoint = endpoint;
    }

    /// <summary>Sends a message; waits while too many are on their way.</summary>
    public ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken = default) =>
        _call.WriteAsync(message, cancellationToken);

    /// <summary>Tells the server that no more messages come.</summary>
    public void CompleteWriting() => _call.CompleteWriting();

    /// <summary>The answers until the server ends the call.</summary>
    /// <exception cref="EtcdException">The call ended with another status than OK.</exception>
    public async IAsyncEnumerable<TResponse> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var answers = _call.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (answers.ConfigureAwait(false))
        {
            while (await NextAsync(answers).ConfigureAwait(false))
            {
                yield return answers.Current;
            }
        }
    }

    /// <summary>Cancels the call; nothing more comes.</summary>
    public void Dispose() => _call.Dispose();

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<TResponse> answers)
    {
        try
        {
            var isMore = await answers.MoveNextAsync().ConfigureAwait(false);
            _caller.Succeeded(_endpoint);
            return isMore;
        }
        catch (GrpcException problem)
        {
            _caller.Ended(_endpoint, problem);
            throw Caller.Translated(problem);
        }
    }
}
