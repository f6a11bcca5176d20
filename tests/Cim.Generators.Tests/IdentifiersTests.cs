using Cim.Generators.Naming;

namespace Cim.Generators.Tests;

public class IdentifiersTests
{
    [Theory]
    [InlineData("image", "Image", "image")]
    [InlineData("class_scores", "ClassScores", "classScores")]
    [InlineData("Plus214_Output_0", "Plus214Output0", "plus214Output0")]
    [InlineData("input.1", "Input1", "input1")]
    [InlineData("a.1.2", "A1_2", "a1_2")]
    [InlineData("a.12", "A12", "a12")]
    [InlineData("3d-points", "_3dPoints", "_3dPoints")]
    [InlineData("RGBImage", "RGBImage", "rgbImage")]
    [InlineData("ID", "ID", "id")]
    [InlineData("X", "X", "x")]
    [InlineData("größe", "Größe", "größe")]
    [InlineData("画像", "画像", "画像")]
    [InlineData("///", "Fallback", "fallback")]
    [InlineData("", "Fallback", "fallback")]
    [InlineData("class", "Class", "class")]
    public void Names_of_graphs_become_pascal_and_camel_case(string name, string pascal, string camel)
    {
        Assert.Equal(pascal, Identifiers.ToPascalCase(name, "Fallback"));
        Assert.Equal(camel, Identifiers.ToCamelCase(name, "Fallback"));
    }

    [Theory]
    [InlineData("Demo", "Demo")]
    [InlineData("my-app.core", "my_app.core")]
    [InlineData("My.1st.class", "My._1st.@class")]
    [InlineData("a..b", "a.b")]
    [InlineData("", "")]
    public void Namespaces_are_made_valid_piece_by_piece(string text, string expected) =>
        Assert.Equal(expected, Identifiers.ToNamespace(text));

    [Fact]
    public void Every_result_is_an_identifier_of_the_compiler()
    {
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            string name = new([.. Enumerable.Range(0, random.Next(12)).Select(_ => (char)random.Next(1, 0x500))]);
            string pascal = Identifiers.ToPascalCase(name, "X");
            Assert.True(Microsoft.CodeAnalysis.CSharp.SyntaxFacts.IsValidIdentifier(pascal), $"'{name}' gave '{pascal}'");
            string camel = Identifiers.Escape(Identifiers.ToCamelCase(name, "x"));
            Assert.True(Microsoft.CodeAnalysis.CSharp.SyntaxFacts.IsValidIdentifier(camel.TrimStart('@')), $"'{name}' gave '{camel}'");
        }
    }
}
