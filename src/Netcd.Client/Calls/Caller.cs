using Netcd.Client.Endpoints;
using Netcd.Grpc.Client;

namespace Netcd.Client.Calls;

/// <summary>
/// Makes calls: picks an endpoint, sends the token, repeats what may be repeated
/// (client/v3/retry_interceptor.go). Thread safe.
/// </summary>
internal sealed class Caller(EtcdClientOptions options, EndpointSet endpoints, Token token, CancellationToken ended)
{
    private const double JitterShare = 0.1;

    // A server that resets a call this close to its end did so because its own clock said that the time is over.
    private static readonly TimeSpan DeadlineSlack = TimeSpan.FromMilliseconds(100);

    private const string ApiVersion = "3.6";

    public async Task<TResponse> CallAsync<TResponse>(
        Rpc<TResponse> rpc, IMessage request, CallSettings settings, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> =>
        rpc.Parser.ParseFrom(
            await CallAsync(rpc.Path, request.ToByteArray(), rpc.Retry, settings, cancellationToken)
                .ConfigureAwait(false));

    public async Task<byte[]> CallAsync(
        string path, byte[] request, RetryClass retry, CallSettings settings, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ended);
        var deadline = long.MaxValue;
        if (settings.Timeout is { } timeout)
        {
            if (TimeLimits.IsLimit(timeout, orLess: true))
            {
                deadline = options.Time.GetTimestamp() + (long)(timeout.TotalSeconds * options.Time.TimestampFrequency);
            }

            TimeLimits.CancelAfter(limit, timeout);
        }

        var course = new CallCourse(path, retry, settings, deadline);
        try
        {
            return await RepeatAsync(course, request, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(ended.IsCancellationRequested, typeof(EtcdClient));
            TellDeadline(course);
            throw EtcdException.DeadlineExceeded(course.Last);
        }
        catch (OperationCanceledException problem) when (problem.CancellationToken != cancellationToken)
        {
            throw new OperationCanceledException(problem.Message, problem, cancellationToken);
        }
    }

    /// <summary>Opens a stream at some endpoint. The stream's failures are told by its owner.</summary>
    public async Task<(StreamingCall<TResponse> Call, EndpointState Endpoint)> OpenAsync<TResponse>(
        string path, MessageParser<TResponse> parser, CallSettings settings, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>
    {
        // A token may have run out since the stream before (etcd's issue 11954).
        var metadata = await MetadataAsync(settings, renewToken: true, cancellationToken).ConfigureAwait(false);
        var state = await NextAsync(settings.Endpoint, cancellationToken).ConfigureAwait(false);
        var call = state.Channel.OpenStream(path, parser, new CallOptions { Metadata = metadata });
        return (call, state);
    }

    /// <summary>A stream ended: what its endpoint's health is told of it.</summary>
    public void Ended(EndpointState state, GrpcException problem)
    {
        if (problem.IsUnsent || (problem.Code == StatusCode.Unavailable && problem.InnerException is not null))
        {
            endpoints.Failed(state);
        }
    }

    /// <summary>A stream was given up since nothing came any more.</summary>
    public void Stalled(EndpointState state) => endpoints.Failed(state);

    public void Succeeded(EndpointState state) => endpoints.Succeeded(state);

    public static EtcdException Translated(GrpcException problem) =>
        new(problem.Code, problem.Status.Message, problem.InnerException ?? problem);

    /// <summary>Gets a token before the first call asks for it.</summary>
    public async Task LogInAsync(CancellationToken cancellationToken) =>
        await token.GetAsync(this, renew: false, cancellationToken).ConfigureAwait(false);

    /// <summary>A new token; empty when the cluster has no users.</summary>
    public async Task<string> AuthenticateAsync(string name, string password, CancellationToken cancellationToken)
    {
        var request = new AuthenticateRequest { Name = name, Password = password };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (options.DialTimeout > TimeSpan.Zero)
        {
            TimeLimits.CancelAfter(limit, options.DialTimeout);
        }

        GrpcException? last = null;
        while (true)
        {
            try
            {
                var state = await NextAsync(null, limit.Token).ConfigureAwait(false);
                try
                {
                    var answer = await state.Channel.CallAsync(
                        Token.AuthenticatePath, request, AuthenticateResponse.Parser,
                        new CallOptions
                        {
                            Timeout = TimeLimits.IsLimit(options.DialTimeout) ? options.DialTimeout : null,
                        },
                        limit.Token).ConfigureAwait(false);
                    endpoints.Succeeded(state);
                    return answer.Token;
                }
                catch (GrpcException problem) when (problem.Code == StatusCode.Unavailable)
                {
                    last = problem;
                    endpoints.Failed(state);
                }
                catch (GrpcException problem)
                {
                    options.AttemptFailed?.Invoke(
                        new FailedAttempt(
                            state.Endpoint.Text, Token.AuthenticatePath, 0, problem.Code, problem.Message));
                    throw;
                }
            }
            catch (GrpcException problem) when (problem.Status.Message == EtcdErrors.AuthNotEnabled)
            {
                return "";
            }
            catch (GrpcException problem)
            {
                throw Translated(problem);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw EtcdException.DeadlineExceeded(last);
            }
        }
    }

    private async Task<byte[]> RepeatAsync(CallCourse course, byte[] request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = options.FailsFast
                ? endpoints.Next(course.Settings.Endpoint, out _)
                : await NextAsync(course.Settings.Endpoint, cancellationToken).ConfigureAwait(false);
            try
            {
                var metadata = await MetadataAsync(course.Settings, renewToken: false, cancellationToken)
                    .ConfigureAwait(false);
                var answer = await state.Channel.CallAsync(
                    course.Path, request, new CallOptions { Metadata = metadata, Timeout = TimeLeft(course) },
                    cancellationToken).ConfigureAwait(false);
                endpoints.Succeeded(state);
                return answer;
            }
            catch (GrpcException problem)
            {
                course.Last = problem;
                course.LastEndpoint = state.Endpoint;
                if (problem.Code == StatusCode.Canceled && TimeLeft(course) < DeadlineSlack)
                {
                    throw new OperationCanceledException();
                }

                if (problem.IsUnsent)
                {
                    // Nobody has seen the call: it waits for a connection, as grpc's WaitForReady.
                    endpoints.Failed(state);
                    if (options.FailsFast && ++course.Unsent >= Reachable(course))
                    {
                        throw new EtcdException(
                            StatusCode.Unavailable, DialErrors.TextOf(state.Endpoint, problem), problem);
                    }

                    continue;
                }

                options.AttemptFailed?.Invoke(
                    new FailedAttempt(
                        state.Endpoint.Text, course.Path, course.Attempts, problem.Code, problem.Message));
                if (!await MayRepeatAsync(course, problem, cancellationToken).ConfigureAwait(false))
                {
                    throw Translated(problem);
                }
            }

            await PauseAsync(++course.Attempts, cancellationToken).ConfigureAwait(false);
        }
    }

    // An attempt that waits for a connection, or for an answer, fails when the time is over.
    private void TellDeadline(CallCourse course)
    {
        if (options.AttemptFailed is { } tell)
        {
            var text = course is { Last.IsUnsent: true, LastEndpoint: { } endpoint }
                ? $"latest balancer error: {DialErrors.TextOf(endpoint, course.Last)}"
                : "context deadline exceeded";
            tell(
                new FailedAttempt(
                    course.LastEndpoint?.Text ?? course.Settings.Endpoint ?? endpoints.Endpoints[0], course.Path,
                    course.Attempts, StatusCode.DeadlineExceeded,
                    $"rpc error: code = DeadlineExceeded desc = {text}"));
        }
    }

    private async Task<bool> MayRepeatAsync(
        CallCourse course, GrpcException problem, CancellationToken cancellationToken)
    {
        if (course.Attempts + 1 >= options.AttemptsMax)
        {
            return false;
        }

        var description = problem.Status.Message;
        if (course.Settings.Token is null && token.IsRefused(description))
        {
            // The server did nothing but look at the token.
            await token.RenewAsync(this, cancellationToken).ConfigureAwait(false);
            return true;
        }

        // A learner does not serve this; another member may.
        if (description == EtcdErrors.NotSupportedForLearner && course.Settings.Endpoint is null && endpoints.Count > 1)
        {
            return true;
        }

        return course.Retry == RetryClass.Repeatable && problem.Code == StatusCode.Unavailable;
    }

    private async Task<EndpointState> NextAsync(string? only, CancellationToken cancellationToken)
    {
        while (true)
        {
            var state = endpoints.Next(only, out var wait);
            if (wait == TimeSpan.Zero)
            {
                return state;
            }

            await Task.Delay(wait, options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private int Reachable(CallCourse course) => course.Settings.Endpoint is null ? endpoints.Count : 1;

    // One pause for each quorum of endpoints that were tried.
    private Task PauseAsync(int attempts, CancellationToken cancellationToken)
    {
        var quorum = (endpoints.Count / 2) + 1;
        return attempts % quorum != 0
            ? Task.CompletedTask
            : Task.Delay(Jittered(options.RetryPause), options.Time, cancellationToken);
    }

    private static TimeSpan Jittered(TimeSpan pause) =>
        pause * (1 - JitterShare + (2 * JitterShare * Random.Shared.NextDouble()));

    private TimeSpan? TimeLeft(CallCourse course)
    {
        if (course.Deadline == long.MaxValue)
        {
            return null;
        }

        var left = options.Time.GetElapsedTime(options.Time.GetTimestamp(), course.Deadline);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async ValueTask<KeyValuePair<string, string>[]> MetadataAsync(
        CallSettings settings, bool renewToken, CancellationToken cancellationToken)
    {
        var text = settings.Token
            ?? await token.GetAsync(this, renewToken, cancellationToken).ConfigureAwait(false);
        var version = KeyValuePair.Create("client-api-version", ApiVersion);
        var leader = KeyValuePair.Create("hasleader", "true");
        return (text.Length > 0, settings.RequireLeader) switch
        {
            (false, false) => [version],
            (false, true) => [version, leader],
            (true, false) => [version, KeyValuePair.Create("token", text)],
            (true, true) => [version, KeyValuePair.Create("token", text), leader],
        };
    }
}
