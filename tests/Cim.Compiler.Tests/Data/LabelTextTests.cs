using Cim.Compiler.Data;
using Xunit;

namespace Cim.Compiler.Tests.Data;

public class LabelTextTests
{
    [Theory]
    [InlineData("cat\ndog\n")]
    [InlineData("cat\ndog")]
    [InlineData("cat\r\n  dog \r\n")]
    public void One_label_stands_on_each_line(string text) => Assert.Equal(["cat", "dog"], LabelText.Parse(text).Labels);

    [Theory]
    [InlineData("", 1, "no label")]
    [InlineData("\n", 1, "empty")]
    [InlineData("cat\n\ndog\n", 2, "empty")]
    [InlineData("cat\ndog\n\n", 3, "empty")]
    [InlineData("cat\ndog\ncat\n", 3, "stands in line 1 already")]
    [InlineData("cat\ndo\u0001g\n", 2, "control character")]
    public void A_wrong_line_is_named(string text, int line, string part)
    {
        (string[] labels, int at, string? problem) = LabelText.Parse(text);
        Assert.Empty(labels);
        Assert.Equal(line, at);
        Assert.Contains(part, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_the_outputs_has_as_many_classes_as_there_are_labels() =>
        Assert.Null(LabelText.Check(3, [("mood", 2), ("genre", 3)]).Problem);

    [Theory]
    [InlineData(9, 9, "There are 9 labels, but output 'scores' has 10 classes")]
    [InlineData(12, 11, "There are 12 labels")]
    [InlineData(1, 1, "There is 1 label,")]
    public void Another_number_of_labels_is_an_error_at_the_first_line_too_many_or_the_last(int labels, int line, string part)
    {
        (int at, string? problem) = LabelText.Check(labels, [("scores", 10)]);
        Assert.Equal(line, at);
        Assert.Contains(part, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_of_a_network_without_scores_are_an_error() =>
        Assert.Contains("no output of the model is a vector of scores", LabelText.Check(2, []).Problem, StringComparison.Ordinal);
}
