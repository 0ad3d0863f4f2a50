namespace Netcd.Api.Gateway;

/// <summary>
/// Bytes that long bodies may take together. Who wants more than is left waits, in the order of arrival, with nothing
/// taken: so nobody waits for somebody who waits.
/// </summary>
internal sealed class BodyBudget(long bytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Granted)> _waiting = new();

    // Guarded by _gate.
    private long _left = bytes;

    /// <summary>Takes so many bytes, at most all that there are, once they are there.</summary>
    public async ValueTask TakeAsync(long count, CancellationToken cancellation)
    {
        var granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting.Count == 0 && _left >= count)
            {
                _left -= count;
                return;
            }

            _waiting.Enqueue((count, granted));
        }

        await using var canceled = cancellation.UnsafeRegister(
            static state => ((TaskCompletionSource)state!).TrySetCanceled(), // Not null: registered with it.
            granted);
        await granted.Task;
    }

    public void Return(long count)
    {
        lock (_gate)
        {
            _left += count;
            while (_waiting.TryPeek(out var first) && (first.Granted.Task.IsCompleted || _left >= first.Bytes))
            {
                _waiting.Dequeue();
                if (first.Granted.TrySetResult())
                {
                    _left -= first.Bytes;
                }
            }
        }
    }
}
