using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Web;

namespace Netcd.Api.Profiles;

/// <summary>
/// <c>/debug/pprof/</c>: under the names of Go's profiles what .NET has in their place. Pages are text; recordings are
/// <c>.nettrace</c> files for PerfView, Visual Studio, speedscope (through dotnet-trace convert) or dotnet-trace
/// report. docs/profiles.md says what each is.
/// </summary>
public sealed class ProfileEndpoints
{
    internal const string Prefix = "/debug/pprof/";
    private const int SecondsDefault = 30;
    private const int SecondsMax = 600;

    private static readonly Dictionary<string, (string About, IReadOnlyList<EventProvider> Events)> Recordings =
        new(StringComparer.Ordinal)
        {
            ["profile"] = ("stacks of all threads, taken each millisecond", EventProvider.Samples),
            ["trace"] = ("collections, threads, lock contention and exceptions", EventProvider.Events),
            ["allocs"] = ("allocations, sampled", EventProvider.Allocations),
            ["block"] = ("waits for locks", EventProvider.Contention),
            ["mutex"] = ("waits for locks", EventProvider.Contention),
        };

    private static readonly Dictionary<string, (string About, Func<HttpContext, string> Write)> Pages =
        new(StringComparer.Ordinal)
        {
            ["cmdline"] = ("the command line", _ => string.Join('\0', DebugVars.CommandLine())),
            ["heap"] = ("the collector's heap; gc=1 collects first", HeapPage.Write),
            ["goroutine"] = ("threads and the thread pool", _ => ThreadsPage.Write()),
            ["threadcreate"] = ("threads and the thread pool", _ => ThreadsPage.Write()),
            ["symbol"] = ("nothing: recordings carry their names", _ => "num_symbols: 0\n"),
        };

    // 1 while a recording runs: one at a time, as each slows the process down.
    private int _isRecording;

    /// <summary>Whether the path is one of these; its folder without the slash is sent on by the caller.</summary>
    public static bool Serves(string path) => path.StartsWith(Prefix, StringComparison.Ordinal);

    public Task HandleAsync(HttpContext context, string path)
    {
        var name = path[Prefix.Length..];
        if (name.Length == 0)
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            return WebErrors.WriteAsync(context, Index());
        }

        if (Recordings.TryGetValue(name, out var recording))
        {
            return RecordAsync(context, name, recording.Events);
        }

        if (!Pages.TryGetValue(name, out var page))
        {
            return WebErrors.ErrorAsync(context, StatusCodes.Status404NotFound, "Unknown profile");
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return WebErrors.WriteAsync(context, page.Write(context));
    }

    private static string Index()
    {
        var html = new StringBuilder("<html>\n<head>\n<title>/debug/pprof/</title>\n</head>\n<body>\n");
        html.Append("/debug/pprof/\n<ul>\n");
        foreach (var (name, about) in Pages.Select(page => (page.Key, page.Value.About)))
        {
            html.Append(CultureInfo.InvariantCulture, $"<li><a href=\"{name}\">{name}</a>: {about}</li>\n");
        }

        foreach (var (name, about) in Recordings.Select(item => (item.Key, item.Value.About)))
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<li><a href=\"{name}?seconds=10\">{name}</a>: {about}, as a .nettrace file; seconds=N</li>\n");
        }

        return html.Append("</ul>\n</body>\n</html>\n").ToString();
    }

    private static TimeSpan Duration(HttpContext context)
    {
        var text = context.Request.Query["seconds"].ToString();
        var isGiven = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        return TimeSpan.FromSeconds(isGiven && seconds > 0 ? Math.Min(seconds, SecondsMax) : SecondsDefault);
    }

    private async Task RecordAsync(HttpContext context, string name, IReadOnlyList<EventProvider> providers)
    {
        if (Interlocked.Exchange(ref _isRecording, 1) == 1)
        {
            var refusal = $"Could not enable {name}: a recording runs already";
            await WebErrors.ErrorAsync(context, StatusCodes.Status500InternalServerError, refusal);
            return;
        }

        try
        {
            using var recording = await EventPipeRecording.StartAsync(providers, context.RequestAborted);
            context.Response.ContentType = "application/octet-stream";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}.nettrace\"";
            var stop = StopAfterAsync(recording, Duration(context), context.RequestAborted);
            await CopyAsync(recording, context);
            await stop;
        }
        catch (IOException problem) when (!context.Response.HasStarted)
        {
            await WebErrors.ErrorAsync(
                context, StatusCodes.Status500InternalServerError, $"Could not enable {name}: {problem.Message}");
        }
        finally
        {
            Volatile.Write(ref _isRecording, 0);
        }
    }

    // A recording that is not stopped goes on after its reader has left: the runtime sees the closed socket at the
    // next write.
    private static async Task StopAfterAsync(
        EventPipeRecording recording, TimeSpan duration, CancellationToken cancellation)
    {
        await Task.Delay(duration, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await recording.StopAsync(CancellationToken.None);
    }

    private static async Task CopyAsync(EventPipeRecording recording, HttpContext context)
    {
        var buffer = new byte[64 * 1024];
        while (await recording.ReadAsync(buffer, CancellationToken.None) is > 0 and var read)
        {
            // A client that has left must not leave the recording on.
            if (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
            }
        }
    }
}
