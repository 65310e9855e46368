#include "api/wire/xml.h"

#include <pugixml.hpp>

#include <utility>

namespace lambent::api {
namespace {

constexpr int kDepthMax = 64;

Error refused(const char* why) {
    return Error(Code::kInvalidArgument, "xml", why);
}

// Walks without recursion: the depth is what is to be bounded.
Result<void> check_tree(const pugi::xml_node& root) {
    pugi::xml_node node = root;
    int depth = 0;
    for (;;) {
        if (node.type() == pugi::node_doctype) {
            return refused("the XML has a document type");
        }
        if (node.first_child()) {
            node = node.first_child();
            if (++depth > kDepthMax) {
                return refused("the XML is nested too deep");
            }
            continue;
        }
        while (node != root && !node.next_sibling()) {
            node = node.parent();
            --depth;
        }
        if (node == root) {
            return {};
        }
        node = node.next_sibling();
    }
}

// XML 1.0 has no way to carry these, not even as references.
bool is_forbidden(unsigned char c) {
    return c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

}  // namespace

Result<void> parse_xml(std::string_view text, pugi::xml_document& document) {
    const auto parsed = document.load_buffer(
        text.data(), text.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8
    );
    if (!parsed) {
        return refused("the body is not well-formed XML");
    }
    return check_tree(document);
}

std::string xml_escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\r':
                out += "&#13;";
                break;
            default:
                if (is_forbidden(static_cast<unsigned char>(c))) {
                    out += "\xEF\xBF\xBD";
                } else {
                    out += c;
                }
        }
    }
    return out;
}

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {}

void XmlWriter::open(std::string_view name) {
    out_.append("<").append(name).append(">");
    open_.emplace_back(name);
}

void XmlWriter::open(std::string_view name, std::string_view xml_namespace) {
    out_.append("<").append(name).append(" xmlns=\"").append(xml_namespace).append("\">");
    open_.emplace_back(name);
}

void XmlWriter::leaf(std::string_view name, std::string_view text) {
    out_.append("<").append(name).append(">");
    out_.append(xml_escape(text));
    out_.append("</").append(name).append(">");
}

void XmlWriter::close() {
    LAMBENT_ASSERT(!open_.empty());
    out_.append("</").append(open_.back()).append(">");
    open_.pop_back();
}

std::string XmlWriter::take() {
    LAMBENT_ASSERT(open_.empty());
    return std::exchange(out_, {});
}

}  // namespace lambent::api
