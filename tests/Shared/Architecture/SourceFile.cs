using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Cim.Tests.Shared.Architecture;

/// <summary>A top-level type of a source file, the names it derives from, and those its code mentions.</summary>
internal sealed record DeclaredType(string Name, bool IsPublic, IReadOnlyList<string> Bases, IReadOnlySet<string> Names)
{
    public bool IsAbstract { get; init; }

    /// <summary>True of classes that are no records.</summary>
    public bool IsClass { get; init; }
}

/// <summary>A method, constructor or primary constructor and how many parameters it has.</summary>
internal sealed record Signature(string Name, int Parameters, int Line);

/// <summary>
/// What the architecture tests read from a source file: its namespace, usings, types, and the names it mentions. Syntax alone, no
/// compilation: a name counts as a type only where <see cref="SourceProject"/> finds a type of the project that is visible under it.
/// </summary>
internal sealed class SourceFile
{
    private readonly SyntaxNode _root;

    private SourceFile(string path, string text)
    {
        Path = path;
        Folder = path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";
        Lines = text.TrimEnd('\n').Split('\n');
        _root = CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.None)).GetRoot();
        Namespace = _root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? "";
        Usings = [.. _root.DescendantNodes().OfType<UsingDirectiveSyntax>().Select(u => u.NamespaceOrType.ToString())];
        Types = [.. _root.DescendantNodes(n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>().Where(m => m is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax).Select(Declared)];
        ExtensionMethods = _root.DescendantNodes().OfType<MethodDeclarationSyntax>()
            .Where(m => m.ParameterList.Parameters.FirstOrDefault()?.Modifiers.Any(SyntaxKind.ThisKeyword) == true)
            .Select(m => m.Identifier.Text).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The file's path from the project's folder, with forward slashes.</summary>
    public string Path { get; }

    /// <summary>The folder of <see cref="Path"/>; empty for a file beside the project file.</summary>
    public string Folder { get; }

    public string Namespace { get; }

    public IReadOnlyList<string> Lines { get; }

    public IReadOnlyList<string> Usings { get; }

    public IReadOnlyList<DeclaredType> Types { get; }

    public IReadOnlySet<string> ExtensionMethods { get; }

    /// <summary>The names of all that the file mentions outside of comments, strings and declarations.</summary>
    public IReadOnlySet<string> Names => field ??= NamesIn(_root);

    /// <summary>The names that follow a dot and are called: where extension methods hide.</summary>
    public IReadOnlySet<string> CalledMembers => field ??= _root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        .Select(i => i.Expression switch
        {
            MemberAccessExpressionSyntax access => access.Name.Identifier.Text,
            MemberBindingExpressionSyntax binding => binding.Name.Identifier.Text,
            _ => "",
        }).ToHashSet(StringComparer.Ordinal);

    public static SourceFile Parse(string path, string text) => new(path, text);

    /// <summary>All methods, constructors, local functions and primary constructors.</summary>
    public IEnumerable<Signature> Signatures() => _root.DescendantNodes().OfType<ParameterListSyntax>()
        .Where(list => list.Parent is not (LambdaExpressionSyntax or AnonymousMethodExpressionSyntax))
        .Select(list => new Signature(NameOf(list.Parent!), list.Parameters.Count,
            list.GetLocation().GetLineSpan().StartLinePosition.Line + 1));

    private static string NameOf(SyntaxNode declaration) => declaration switch
    {
        MethodDeclarationSyntax m => m.Identifier.Text,
        TypeDeclarationSyntax t => t.Identifier.Text,
        ConstructorDeclarationSyntax c => c.Identifier.Text,
        LocalFunctionStatementSyntax f => f.Identifier.Text,
        DelegateDeclarationSyntax d => d.Identifier.Text,
        _ => declaration.Kind().ToString(),
    };

    private static DeclaredType Declared(MemberDeclarationSyntax type) => new(
        type is BaseTypeDeclarationSyntax t ? t.Identifier.Text : ((DelegateDeclarationSyntax)type).Identifier.Text,
        type.Modifiers.Any(SyntaxKind.PublicKeyword),
        [.. (type as BaseTypeDeclarationSyntax)?.BaseList?.Types.Select(b => b.Type).OfType<SimpleNameSyntax>()
            .Select(n => n.Identifier.Text) ?? []],
        NamesIn(type)) { IsAbstract = type is InterfaceDeclarationSyntax || type.Modifiers.Any(SyntaxKind.AbstractKeyword),
            IsClass = type is ClassDeclarationSyntax };

    private static HashSet<string> NamesIn(SyntaxNode node) => node
        .DescendantNodes(n => n is not UsingDirectiveSyntax && !(n.Parent is BaseNamespaceDeclarationSyntax space && space.Name == n))
        .OfType<SimpleNameSyntax>().Where(CanNameAType).Select(Qualified).ToHashSet(StringComparer.Ordinal);

    // What cannot be a type: `.Member`, `Name:` before an argument or pattern, `Name =` in an initializer, and a bare call `Name(...)`.
    private static bool CanNameAType(SimpleNameSyntax name) => name.Parent switch
    {
        NameColonSyntax or NameEqualsSyntax or MemberBindingExpressionSyntax => false,
        MemberAccessExpressionSyntax access when access.Name == name =>
            access.Expression is SimpleNameSyntax or MemberAccessExpressionSyntax,
        AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment => assignment.Left != name,
        InvocationExpressionSyntax call => call.Expression != name,
        BaseNamespaceDeclarationSyntax => false,
        _ => true,
    };

    // A name behind a dot keeps what stands before the dot: it is a type only if that is the end of the type's namespace.
    private static string Qualified(SimpleNameSyntax name) => name.Parent switch
    {
        MemberAccessExpressionSyntax access when access.Name == name => $"{LastOf(access.Expression)}.{name.Identifier.Text}",
        QualifiedNameSyntax qualified when qualified.Right == name => $"{LastOf(qualified.Left)}.{name.Identifier.Text}",
        _ => name.Identifier.Text,
    };

    private static string LastOf(SyntaxNode node) => node switch
    {
        SimpleNameSyntax simple => simple.Identifier.Text,
        MemberAccessExpressionSyntax access => access.Name.Identifier.Text,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        _ => "",
    };
}
