using System.Reflection;
using Netcd.Api.Errors;
using Netcd.Grpc;
using Netcd.Server;
using Netcd.TestKit;

namespace Netcd.Api.Tests.Errors;

/// <summary>The table of errors against the list of etcd's (tests/Netcd.Conformance/Completeness/errors.tsv).</summary>
public sealed class ErrorListTests
{
    public static TheoryData<string, string> Errors
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var row in File.ReadLines(Path.Combine(
                Fixtures.RepositoryRoot, "tests", "Netcd.Conformance", "Completeness", "errors.tsv")))
            {
                var fields = row.Split('\t');
                if (!row.StartsWith('#') && fields[2] == "-")
                {
                    data.Add(fields[0], fields[1]);
                }
            }

            return data;
        }
    }

    private static HashSet<(string Message, StatusCode Code)> Table { get; } =
    [
        .. typeof(ErrorTable).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null)).OfType<Status>()
            .Concat(Enum.GetValues<Refusal>().Where(refusal => refusal != Refusal.None).Select(ErrorTable.For))
            .Select(status => (status.Message, status.Code)),
    ];

    [Theory]
    [MemberData(nameof(Errors))]
    public void Every_error_of_etcd_has_its_text_and_code(string text, string code) =>
        Assert.Contains((text, Enum.Parse<StatusCode>(code)), Table);
}
