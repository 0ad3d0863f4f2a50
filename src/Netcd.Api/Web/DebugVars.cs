using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Metrics;
using Netcd.Base;
using Netcd.Server;

namespace Netcd.Api.Web;

/// <summary>
/// <c>/debug/vars</c>: what Go's expvar shows, a line each. Of <c>memstats</c> there are the names that mean something
/// here.
/// </summary>
internal static class DebugVars
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, IMember member)
    {
        var raft = await member.DescribeRaftAsync();
        context.Response.ContentType = "application/json; charset=utf-8";
        var page = new StringBuilder("{\n");
        Add(page, "cmdline", WriteCommandLine);
        Add(page, "file_descriptor_limit", json => json.WriteNumberValue(FileDescriptors.Limit));
        Add(page, "memstats", WriteMemory);
        Add(page, "raft.status", json => json.WriteRawValue(raft ?? "null"));
        page.Length -= ",\n".Length;
        await WebErrors.WriteAsync(context, page.Append("\n}\n").ToString());
    }

    /// <summary>The program and its arguments; the runtime names the library in place of the program.</summary>
    public static IEnumerable<string> CommandLine() =>
        SecretArguments.Hide(Environment.GetCommandLineArgs().Skip(1)).Prepend(Environment.ProcessPath ?? "etcd");

    private static void Add(StringBuilder page, string name, Action<Utf8JsonWriter> write)
    {
        var value = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(value, Options))
        {
            write(json);
        }

        page.Append('"').Append(name).Append("\": ").Append(Encoding.UTF8.GetString(value.WrittenSpan)).Append(",\n");
    }

    private static void WriteCommandLine(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var argument in CommandLine())
        {
            json.WriteStringValue(argument);
        }

        json.WriteEndArray();
    }

    private static void WriteMemory(Utf8JsonWriter json)
    {
        var info = GC.GetGCMemoryInfo(GCKind.Any);
        json.WriteStartObject();
        json.WriteNumber("Alloc", GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("TotalAlloc", GC.GetTotalAllocatedBytes());
        json.WriteNumber("Sys", info.TotalCommittedBytes);
        json.WriteNumber("HeapAlloc", GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("HeapSys", info.TotalCommittedBytes);
        json.WriteNumber("HeapIdle", info.FragmentedBytes);
        json.WriteNumber("HeapInuse", info.HeapSizeBytes);
        json.WriteNumber("PauseTotalNs", (long)GC.GetTotalPauseDuration().TotalNanoseconds);
        json.WriteNumber("NumGC", GC.CollectionCount(0));
        json.WriteBoolean("EnableGC", true);
        json.WriteEndObject();
    }
}
