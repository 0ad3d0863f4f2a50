namespace Netcd.Ctl.Commands.Concurrency;

/// <summary>Waiting for the first of several things that only ever happen once.</summary>
internal static class Waiting
{
    public static async Task UntilAsync(params CancellationToken[] tokens)
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(tokens);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = any.Token.Register(() => done.TrySetResult());
        await done.Task;
    }
}
