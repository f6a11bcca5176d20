using Cim.Tasks.Diagnostics;

namespace Cim.Tasks.Tests.Diagnostics;

/// <summary>The words of progress.</summary>
public sealed class ProgressDisplayTests
{
    [Theory]
    [InlineData("[   2.0 s] mapping", "2", "", "mapping")]
    [InlineData("[ 112.4 s, about 40 s left] evaluating: 3 of 5", "112", "about 40 s left", "evaluating: 3 of 5")]
    public void A_line_of_progress_has_time_time_left_and_work(string line, string seconds, string left, string doing) =>
        Assert.Equal(new CompilerProgress(seconds, left, doing), CompilerProgress.TryParse(line));

    [Theory, InlineData("quantizing layer 1 of 5"), InlineData("m.onnx(1,1): warning CIM3001: [ 1.0 s] x"), InlineData("")]
    public void Other_lines_are_no_progress(string line) => Assert.Null(CompilerProgress.TryParse(line));

    [Theory]
    [InlineData("Search rl: evaluation 3 of 60, best 2.57x cheaper", "Search rl: evaluation 3 of 60, 5 s, about 40 s left")]
    [InlineData("a%b(c)*?.;$@d", "a b c       d, 5 s, about 40 s left")]
    [InlineData("an activity whose description is much longer than a live line of a terminal has room for",
        "an activity whose description is much longer than a live li…, 5 s, about 40 s left")]
    public void A_name_is_short_and_has_only_characters_a_target_may_have(string doing, string name) =>
        Assert.Equal(name, ProgressDisplay.Name(new CompilerProgress("5", "about 40 s left", doing)));

    [Fact]
    public void A_message_names_the_model() =>
        Assert.Equal("m: mapping (5 s, about 9 s left)",
            new ProgressDisplay("m").Message(new CompilerProgress("5", "about 9 s left", "mapping")));
}
