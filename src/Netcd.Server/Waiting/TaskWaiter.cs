namespace Netcd.Server.Waiting;

/// <summary>
/// Turns the result of a proposal into a task, for requests of the member itself and for membership changes.
/// </summary>
internal sealed class TaskWaiter : IProposalWaiter
{
    private readonly TaskCompletionSource<Refusal> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<Refusal> Result => _done.Task;

    public void Applied(in ApplyAnswer answer) => _done.TrySetResult(answer.Refusal);

    public void Refused(Refusal refusal) => _done.TrySetResult(refusal);
}
