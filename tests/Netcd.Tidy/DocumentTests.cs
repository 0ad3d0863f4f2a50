namespace Netcd.Tidy;

/// <summary>Rules about documents.</summary>
public sealed class DocumentTests
{
    [Fact]
    public void Every_document_has_one_title()
    {
        foreach (var file in Checkout.Documents)
        {
            var inCode = false;
            var titles = 0;
            foreach (var line in Checkout.Lines(file))
            {
                inCode ^= line.StartsWith("```", StringComparison.Ordinal);
                titles += !inCode && line.StartsWith("# ", StringComparison.Ordinal) ? 1 : 0;
            }

            Assert.True(titles == 1, $"{file} has {titles} titles");
        }
    }

    [Fact]
    public void Commands_of_the_readme_exist()
    {
        var readme = Checkout.Text("README.md");
        foreach (var command in new[] { "run", "test", "publish", "tools/get-peers", "tools/get-clients" })
        {
            Assert.True(File.Exists(Path.Combine(Checkout.Root, command)), command);
        }

        Assert.Contains("./run", readme, StringComparison.Ordinal);
        Assert.Contains("./test", readme, StringComparison.Ordinal);
    }
}
