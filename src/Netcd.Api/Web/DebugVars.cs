using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Netcd.Api.Metrics;

namespace Netcd.Api.Web;

/// <summary><c>/debug/vars</c>: what Go's expvar shows, as far as there is something like it here.</summary>
internal static class DebugVars
{
    public static async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var json = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (json)
        {
            json.WriteStartObject();
            json.WriteStartArray("cmdline");
            json.WriteStringValue(Environment.ProcessPath);

            // The first is the assembly, of which Go has nothing.
            foreach (var argument in Environment.GetCommandLineArgs().AsSpan(1))
            {
                json.WriteStringValue(argument);
            }

            json.WriteEndArray();
            json.WriteNumber("file_descriptor_limit", FileDescriptors.Limit);
            json.WriteStartObject("memstats");
            json.WriteNumber("Alloc", GC.GetTotalMemory(forceFullCollection: false));
            json.WriteNumber("TotalAlloc", GC.GetTotalAllocatedBytes());
            json.WriteNumber("NumGC", GC.CollectionCount(0));
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
