namespace Netcd.Base.Tests;

public sealed class InvariantTests
{
    [Fact]
    public void Message_is_built_only_on_failure()
    {
        var built = 0;
        Invariant.Check(built == 0, $"{Build()}");
        Assert.Equal(0, built);
        var problem = Assert.Throws<InvariantException>(() => Invariant.Check(built == 1, $"value {Build()}"));
        Assert.Equal("value built", problem.Message);

        string Build()
        {
            built++;
            return "built";
        }
    }

    [Fact]
    public void Condition_names_itself() =>
        Assert.Equal("1 > 2", Assert.Throws<InvariantException>(() => Invariant.Check(1 > 2)).Message);
}
