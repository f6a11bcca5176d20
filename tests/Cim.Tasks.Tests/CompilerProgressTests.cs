namespace Cim.Tasks.Tests;

/// <summary>Progress of the compiler, where people see it.</summary>
public sealed class CompilerProgressTests : IDisposable
{
    private readonly CompileRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void On_a_terminal_progress_and_time_left_are_the_name_of_a_target()
    {
        Assert.True(_run.Compile("a", task => task.Live = "1", fake: "progress"), _run.Log());
        Assert.NotEmpty(_run.Engine.Built);
        Assert.All(_run.Engine.Built, b =>
        {
            Assert.Matches("^searching precisions: [123] of 3, [123] s, about (29|28|27) s left$", b.Target);
            Assert.Contains($"Name=\"{b.Target}\"", b.Project, StringComparison.Ordinal);
        });
        Assert.Equal(_run.Engine.Yields, _run.Engine.Reacquires);
        Assert.DoesNotContain(_run.Engine.Messages, m => m.Contains("s left)", StringComparison.Ordinal));
        Assert.DoesNotContain(_run.Folder.Files("a"), f => f.Contains(".proj", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_terminal_nothing_but_messages_is_made_of_it()
    {
        Assert.True(_run.Compile("a", fake: "progress"), _run.Log());
        Assert.Empty(_run.Engine.Built);
    }
}
