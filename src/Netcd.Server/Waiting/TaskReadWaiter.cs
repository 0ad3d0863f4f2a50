namespace Netcd.Server.Waiting;

/// <summary>Turns the end of a read's wait into a task.</summary>
internal sealed class TaskReadWaiter : IReadWaiter
{
    private readonly TaskCompletionSource<Refusal> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<Refusal> Result => _done.Task;

    public void Ready() => _done.TrySetResult(Refusal.None);

    public void Refused(Refusal refusal) => _done.TrySetResult(refusal);
}
